/**
 * The meter's energy counters: power over time, split into directions as the meter splits it. Knows
 * measurements and milliseconds; refuses to know registers and files.
 */
import { integrate } from '../balance/integrate.ts';
import { PHASES, type Phase } from '../meter/reading.ts';
import type { Measurement } from './measuring.ts';

/** Lifetime energy in both directions, kWh; both only ever grow. */
export interface Energy {
  importKwh: number;
  exportKwh: number;
}

/** `total` nets across the inputs at every instant, as a utility meter does. */
export type Counters = Record<Phase | 'total', Energy>;

/** The counters after `elapsedMs`, up to two minutes, between two measurements. */
export function count(
  counters: Counters,
  { from, to, elapsedMs }: { from: Measurement; to: Measurement; elapsedMs: number },
): Counters {
  const dtS = elapsedMs / 1000;
  const grown = (energy: Energy, fromW: number, toW: number): Energy => {
    const span = integrate(fromW, toW, dtS);
    if (!span) return energy;
    return {
      importKwh: energy.importKwh + span.positiveWh / 1000,
      exportKwh: energy.exportKwh + span.negativeWh / 1000,
    };
  };
  const phase = (id: Phase) => grown(counters[id], from.inputs[id].powerW, to.inputs[id].powerW);
  return {
    l1: phase('l1'),
    l2: phase('l2'),
    l3: phase('l3'),
    total: grown(counters.total, totalPowerW(from), totalPowerW(to)),
  };
}

/** All inputs together, W. */
export function totalPowerW(measurement: Measurement): number {
  return PHASES.reduce((sum, phase) => sum + measurement.inputs[phase].powerW, 0);
}

/** A meter that was just reset. */
export function zeroCounters(): Counters {
  const zero = { importKwh: 0, exportKwh: 0 };
  return { l1: zero, l2: zero, l3: zero, total: zero };
}
