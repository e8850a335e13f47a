/**
 * What a killed run had counted but not yet written into a minute: the first minute of the next run
 * has it as recovered, or the records would miss what the totals have.
 */

import { flowsOfTotals } from './gap-flows.ts';
import type { LedgerState, Measured, Recovered, RecoveredEnergy, TotalKey } from './measured.ts';
import { type BothWays, WAYS } from './tie.ts';

export interface Unrecorded {
  recovered: Recovered;
  /** How many seconds it took. */
  seconds: number;
}

/** As the killed run has left it, by its clock. */
export interface LeftOver extends Unrecorded {
  /** When the last record before it ended, by the clock of then, ms. */
  recordedMs: number;
}

/** From the last state on record to the last one kept; null where nothing is missing. */
export function unrecordedSince(recorded: LedgerState, kept: LedgerState): LeftOver | null {
  if (kept.n <= recorded.n) return null;
  // Not by the clock, which may have been set, and not by settlements: an outage has none.
  const seconds = Math.max(1, (kept.marked_s ?? 0) - (recorded.marked_s ?? 0));
  const { at: toMs } = kept;
  const recovered = {
    fromMs: toMs - seconds * 1000,
    toMs,
    energy: energyBetween(recorded, kept),
    channels: channelsBetween(recorded, kept),
  };
  return { recovered, seconds, recordedMs: recorded.at };
}

/**
 * The same by the clock of now: that of the killed run may not have been set.
 * @param endedMs  when that run ended
 */
export function endedAt({ recovered, seconds, recordedMs }: LeftOver, endedMs: number): Unrecorded {
  const fromMs = endedMs - seconds * 1000;
  // An outage before the run may have been a guess: what is on record had passed before.
  const isLater = fromMs < recordedMs && recordedMs < endedMs;
  const sinceMs = isLater ? recordedMs : fromMs;
  return {
    recovered: { ...recovered, fromMs: sinceMs, toMs: endedMs },
    seconds: (endedMs - sinceMs) / 1000,
  };
}

function energyBetween(recorded: LedgerState, kept: LedgerState): RecoveredEnergy {
  const energy: RecoveredEnergy = {};
  /** Of the totals what the home's growth is made of: the rest is pending and comes with its own block. */
  const settled: RecoveredEnergy = {};
  for (const key of Object.keys(kept.totals) as TotalKey[]) {
    const [before, after] = [recorded.totals[key], kept.totals[key]];
    if (before === undefined || after === undefined) continue;
    energy[key] = Math.max(0, after - before);
    const pendingKwh = (kept.home?.pending?.[key] ?? 0) - (recorded.home?.pending?.[key] ?? 0);
    settled[key] = Math.max(0, after - before - pendingKwh);
  }
  if (!recorded.home || !kept.home) return energy;
  const home_kwh = kept.home.raw - recorded.home.raw;
  const hasBattery = kept.totals.battery_charge_kwh !== undefined;
  const flows = hasBattery ? {} : flowsOfTotals({ ...settled, home_kwh });
  return { ...energy, home_kwh, ...flows };
}

function channelsBetween(recorded: LedgerState, kept: LedgerState): Recovered['channels'] {
  const grown = Object.entries(kept.channels).map(([id, { sum }]) => {
    const before = recorded.channels[id]?.sum;
    const kwh: BothWays = { import: 0, export: 0 };
    for (const way of WAYS) kwh[way] = Math.max(0, (sum?.[way] ?? 0) - (before?.[way] ?? 0));
    return [id, { import_kwh: kwh.import, export_kwh: kwh.export }] as const;
  });
  return Object.fromEntries(
    grown.filter(([, { import_kwh, export_kwh }]) => import_kwh + export_kwh > 0),
  );
}

/** A second, with what was left over from the run before. */
export function withUnrecorded(measured: Measured, unrecorded: Unrecorded): Measured {
  const { recovered, seconds } = unrecorded;
  return {
    ...measured,
    recovered: measured.recovered ? joinRecovered(measured.recovered, recovered) : recovered,
    recovered_s: measured.recovered_s + seconds,
  };
}

/** Two blocks as one: from the earlier begin to the later end, with all their energy. */
export function joinRecovered(a: Recovered, b: Recovered): Recovered {
  const energy = { ...a.energy };
  for (const key of Object.keys(b.energy) as (keyof RecoveredEnergy)[]) {
    energy[key] = (energy[key] ?? 0) + (b.energy[key] ?? 0);
  }
  const channels = { ...a.channels };
  for (const [id, more] of Object.entries(b.channels)) {
    const { import_kwh, export_kwh } = channels[id] ?? { import_kwh: 0, export_kwh: 0 };
    channels[id] = {
      import_kwh: import_kwh + more.import_kwh,
      export_kwh: export_kwh + more.export_kwh,
    };
  }
  return {
    fromMs: Math.min(a.fromMs, b.fromMs),
    toMs: Math.max(a.toMs, b.toMs),
    energy,
    channels,
  };
}
