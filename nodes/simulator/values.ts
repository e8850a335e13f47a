/**
 * The vocabulary of meter profiles, answered by a simulated meter: which number `power_l1` or
 * `energy_import_total_nr` is right now. Refuses to know addresses.
 */
import type { Profile } from '../meter/profile.ts';
import { PHASES } from '../meter/reading.ts';
import type { ValueName } from '../meter/vocabulary.ts';
import { type Counters, type Energy, totalPowerW } from './counters.ts';
import type { InputMeasure, Measurement } from './wiring.ts';

/** Values by the names of the vocabulary, in its units. */
export type MeterValues = Record<ValueName, number>;

/** Everything the vocabulary can ask of the meter now; `totals` is how its total counters net. */
export function valuesOf(
  measurement: Measurement,
  counters: Counters,
  totals: Profile['totalCounters'],
): MeterValues {
  const values: Partial<MeterValues> = { frequency: measurement.frequencyHz };
  let reactiveVar = 0;
  let apparentVa = 0;
  for (const phase of PHASES) {
    const input = measurement.inputs[phase];
    values[`voltage_${phase}_n`] = input.voltageV;
    values[`current_${phase}`] = input.currentA;
    values[`power_${phase}`] = input.powerW;
    values[`reactive_power_${phase}`] = input.reactiveVar;
    values[`power_factor_${phase}`] = powerFactor(input.powerW, apparentOf(input));
    values[`energy_import_${phase}`] = counters[phase].importKwh;
    values[`energy_export_${phase}`] = counters[phase].exportKwh;
    reactiveVar += input.reactiveVar;
    apparentVa += apparentOf(input);
  }
  const powerW = totalPowerW(measurement);
  const total = totals === 'summed' ? counters.total : added(counters);
  return {
    ...(values as MeterValues),
    power_total: powerW,
    reactive_power_total: reactiveVar,
    power_factor_total: powerFactor(powerW, apparentVa),
    energy_import_total: total.importKwh,
    energy_export_total: total.exportKwh,
    energy_import_total_nr: total.importKwh,
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
