/**
 * The vocabulary of meter profiles, answered by a simulated meter: which number `power_l1` or
 * `energy_import_total_nr` is right now. Refuses to know addresses.
 */
import type { Profile } from '../meter/profile.ts';
import { PHASES } from '../meter/reading.ts';
import type { ValueName } from '../meter/vocabulary.ts';
import type { Counters, Energy } from './counters.ts';
import type { InputMeasure, Measurement } from './measuring.ts';

/** Values by the names of the vocabulary, in its units. */
export type MeterValues = Record<ValueName, number>;

/**
 * Everything the vocabulary can ask of the meter now; `totals` is how its total counters net. Written
 * out, because it is made every second and a key put together each time costs more than its value.
 */
export function valuesOf(
  { frequencyHz, inputs: { l1, l2, l3 } }: Measurement,
  counters: Counters,
  totals: Profile['totalCounters'],
): MeterValues {
  const powerW = l1.powerW + l2.powerW + l3.powerW;
  const [va1, va2, va3] = [apparentOf(l1), apparentOf(l2), apparentOf(l3)];
  const total = totals === 'summed' ? counters.total : added(counters);
  return {
    frequency: frequencyHz,
    voltage_l1_n: l1.voltageV,
    voltage_l2_n: l2.voltageV,
    voltage_l3_n: l3.voltageV,
    current_l1: l1.currentA,
    current_l2: l2.currentA,
    current_l3: l3.currentA,
    power_l1: l1.powerW,
    power_l2: l2.powerW,
    power_l3: l3.powerW,
    power_total: powerW,
    reactive_power_l1: l1.reactiveVar,
    reactive_power_l2: l2.reactiveVar,
    reactive_power_l3: l3.reactiveVar,
    reactive_power_total: l1.reactiveVar + l2.reactiveVar + l3.reactiveVar,
    power_factor_l1: powerFactor(l1.powerW, va1),
    power_factor_l2: powerFactor(l2.powerW, va2),
    power_factor_l3: powerFactor(l3.powerW, va3),
    power_factor_total: powerFactor(powerW, va1 + va2 + va3),
    energy_import_l1: counters.l1.importKwh,
    energy_import_l2: counters.l2.importKwh,
    energy_import_l3: counters.l3.importKwh,
    energy_import_total: total.importKwh,
    energy_import_total_nr: total.importKwh,
    energy_export_l1: counters.l1.exportKwh,
    energy_export_l2: counters.l2.exportKwh,
    energy_export_l3: counters.l3.exportKwh,
    energy_export_total: total.exportKwh,
    energy_export_total_nr: total.exportKwh,
  };
}

function apparentOf(input: InputMeasure): number {
  return input.voltageV * input.currentA;
}

/** Signed like the power; 0 where nothing flows, as meters answer. */
function powerFactor(powerW: number, apparentVa: number): number {
  return apparentVa > 0 ? Math.min(1, Math.max(-1, powerW / apparentVa)) : 0;
}

function added(counters: Counters): Energy {
  return PHASES.reduce(
    (sum, phase) => ({
      importKwh: sum.importKwh + counters[phase].importKwh,
      exportKwh: sum.exportKwh + counters[phase].exportKwh,
    }),
    { importKwh: 0, exportKwh: 0 },
  );
}
