/**
 * What the records above the minute look like on disk. Energies are kWh and sums are exact: they are
 * added as whole numbers of 1e-7 kWh, the last digit that a minute keeps. Money likewise in 1e-6.
 */
import type { EnergyKey, MinuteEvent, MinuteRecord, PowerStats } from '../journal/minute.ts';
import type { BillState } from './tariff/bill-state.ts';

/** Seconds by mark; those that are 0 are left out, except `covered_s`. */
export interface Seconds {
  covered_s: number;
  held_s?: number;
  estimated_s?: number;
  recovered_s?: number;
}

/** kWh; null where nothing was measured. Keys the site does not have are left out. */
export type Energies = Pick<
  MinuteRecord['energy'],
  'solar_kwh' | 'home_kwh' | 'import_kwh' | 'export_kwh'
> &
  Partial<Record<EnergyKey, number | null>>;

/** The largest 1-minute mean and the start of its minute (UTC), from minutes that are all `good`. */
export type Peak = [watts: number, ts: string];

export interface Peaks {
  solar?: Peak;
  home?: Peak;
  import?: Peak;
  export?: Peak;
}

export interface ChannelEnergy {
  import_kwh: number | null;
  export_kwh: number | null;
  /**
   * What power alone came to where a counter decides how much, with what was recovered; left out
   * where none does, and where both are 0.
   */
  integrated_import_kwh?: number;
  integrated_export_kwh?: number;
}

/** By `<meter>/<channel>`. */
export type ChannelEnergies = Record<string, ChannelEnergy>;

/** What a counter did that was not counting. */
export interface RecordedEvent extends MinuteEvent {
  /** Start of the first minute in which it was seen, UTC. */
  ts: string;
  /** In how many. */
  minutes: number;
}

/** `counter / integrated - 1` by `<meter>/<channel>`, where the counter moved by more than 1 kWh. */
export type Discrepancy = Record<string, { import?: number; export?: number }>;

/**
 * 15 minutes, a line of `<records>/quarter/<UTC month>.jsonl`. Of one `ts` there may be one line for
 * each configuration that measured in it: they add. A line with `as` is the same time as seen under a
 * corrected configuration, worked out while the minutes were there; it stands in for the line without.
 */
export interface QuarterRecord extends Seconds {
  v: 1;
  /** Start, UTC; always on a quarter of an hour. */
  ts: string;
  /** Short hash of the configuration that measured. */
  config: string;
  /** Short hash of the configuration it is seen under. */
  as?: string;
  simulated?: true;
  /** Set where energies were corrected from sums of 15 minutes rather than from minutes. */
  estimated?: true;
  /** By channel and kind; left out while counters count. */
  events?: RecordedEvent[];
  power: MinuteRecord['power'];
  peaks: Peaks;
  energy: Energies & { by: 'counter' | 'integral' };
  /** By `<meter>/<channel>`, as measured under `config`, whatever `as` says. */
  channels: ChannelEnergies;
}

/** Which price a day was given. */
export interface TariffMark {
  /** The id of the version in tariff.yaml. */
  id: string;
  /** Short hash of what the version said then. */
  version: string;
}

/** In units of `currency`, at most six decimals. `cost = import_cost + fixed - export_credit`. */
export interface Money {
  currency: string;
  /** Energy bought, with its tax. */
  import_cost: number;
  /** Fees, with their tax. */
  fixed: number;
  export_credit: number;
  cost: number;
  /** What the same home would have paid without solar and battery; null where too little is known of its use. */
  cost_without_solar: number | null;
  savings: number | null;
  /** Less than 95 % of the day was observed, or the home's use is not known for some of it. */
  estimated?: true;
}

/** One day of the site, a line of `<records>/day/<local year>.jsonl`. Only days that have ended. */
export interface DayRecord extends Seconds {
  v: 1;
  /** Local date. */
  date: string;
  /** IANA zone in which it was made. */
  timezone: string;
  /** UTC; half-open. */
  start: string;
  end: string;
  simulated?: true;
  /** Some of it was corrected from 15-minute sums. */
  estimated?: true;
  /** Some of it is seen under a corrected configuration. */
  corrected?: true;
  events?: RecordedEvent[];
  peaks: Peaks;
  energy: Energies;
  /** Of that, what passed in quarter hours in which another part of the balance was unknown. */
  unbalanced?: Energies;
  discrepancy?: Discrepancy;
  /** Null where no tariff holds. */
  tariff: TariffMark | null;
  money: Money | null;
  /** Where the bill stands at the end of the day; null where no tariff holds. */
  bill: BillState | null;
}

/** The sum of the site days of a local month, a line of `<records>/month.jsonl`. */
export interface MonthRecord extends Seconds {
  v: 1;
  /** `2026-11` */
  month: string;
  timezone: string;
  start: string;
  end: string;
  /** Days with a record. */
  days: number;
  simulated?: true;
  estimated?: true;
  corrected?: true;
  events?: RecordedEvent[];
  peaks: Peaks;
  energy: Energies;
  unbalanced?: Energies;
  /** In the order they came into force. */
  tariffs: TariffMark[];
  /** The last day's currency; null where no day of it was priced, or in more than one currency. */
  money: Money | null;
}

/** What has a mean, least and most: for those who add them. */
export type Powers = Record<string, PowerStats>;
