/**
 * What one second measured, beside the snapshot of that second: the energy that passed, how far it
 * can be believed, and where a restart would go on. The journal makes minutes of it.
 */
import type { AccountState } from './account.ts';
import type { CounterEvent } from './counter.ts';
import type { HomeState } from './home-energy.ts';
import type { EnergyTotals } from './snapshot.ts';
import type { BothWays } from './tie.ts';

export type TotalKey = Exclude<keyof EnergyTotals, 'home_kwh'>;

/** What a restart has to know of a channel. */
export interface ChannelState extends AccountState {
  /** The counters as last believed, kWh, and how long ago that was, s. */
  counter?: Partial<BothWays>;
  age_s?: number;
  /** Of the meter they were read from, where it tells. */
  serial?: string;
  /** How long ago the power was last known, s; left out while it is. */
  unseen_s?: number;
}

/** Everything a restart has to know, small enough for every minute record. */
export interface LedgerState {
  /** Settlements so far, over all runs: of two states the one with more is the newer. */
  n: number;
  /** Seconds of which something is known, by whatever mark, over all runs. */
  marked_s?: number;
  /** Wall time, ms. */
  at: number;
  /** kWh */
  totals: Partial<Record<TotalKey, number>>;
  home?: HomeState;
  channels: Record<string, ChannelState>;
  /** Set where the grid is made of several channels. */
  grid?: AccountState;
}

/** Energy by flow, kWh, under the names of the minute record. */
export interface FlowKwh {
  solar_home_kwh: number;
  solar_grid_kwh: number;
  grid_home_kwh: number;
  solar_battery_kwh: number;
  battery_home_kwh: number;
  battery_grid_kwh: number;
  grid_battery_kwh: number;
}

export interface MeasuredChannel {
  /** Energy since the snapshot before, kWh; null where nothing was measured. */
  import_kwh: number | null;
  export_kwh: number | null;
  /** The counters as last read, kWh. */
  counter_import_kwh?: number;
  counter_export_kwh?: number;
  /** What power alone came to, kWh; left out where no counter decides how much. */
  integrated_import_kwh?: number;
  integrated_export_kwh?: number;
}

/** What inverters drew from the home, kWh: a part of it, and in no total. */
export interface StandbyKwh {
  /** Left out where it is 0. */
  solar_standby_kwh?: number;
}

/** kWh, under the names of the minute record. */
export type RecoveredEnergy = Partial<
  Record<keyof EnergyTotals | keyof FlowKwh | keyof StandbyKwh, number>
>;

/** Energy of a time in which nobody looked, told afterwards. */
export interface Recovered {
  /** The time, on the wall clock of now, ms. */
  fromMs: number;
  toMs: number;
  /** What is known and not 0. */
  energy: RecoveredEnergy;
  channels: Record<string, { import_kwh: number; export_kwh: number }>;
}

/** Travels as `msg.measured` beside the snapshot in `msg.payload`. */
export interface Measured {
  /**
   * Energy that passed since the snapshot before, kWh; null where nothing was measured. `home_kwh` is
   * not clamped. With `recovered` it is what the totals grew by.
   */
  energy: EnergyTotals & StandbyKwh;
  /** `counter` where every total of the balance follows counters. */
  by: 'counter' | 'integral';
  flows: FlowKwh | null;
  /** Seconds by mark. */
  covered_s: number;
  estimated_s: number;
  recovered_s: number;
  recovered: Recovered | null;
  /** Set where the wall clock has jumped since the snapshot before. */
  clock_step?: true;
  channels: Record<string, MeasuredChannel>;
  /** By channel: what a counter did that was not counting. */
  events: { channel: string; event: CounterEvent }[];
  ledger: LedgerState;
}
