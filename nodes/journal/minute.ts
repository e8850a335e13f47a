/** One minute of the home, on topic `minute` and as one line of `<records>/minute/<UTC day>.jsonl`. */
import type { CounterEvent } from '../balance/counter.ts';
import type { LedgerState } from '../balance/measured.ts';

/** Mean, minimum and maximum over the minute, W; null where nothing was measured. */
export type PowerStats = [mean: number, min: number, max: number] | null;

/**
 * Energy of a time in which nobody looked, told by counters (or a checkpoint) afterwards. It stands
 * beside the minute's own energy, never in it: a block, not a spike.
 */
export interface RecoveredBlock {
  /** The energy passed somewhere in here, UTC, half-open. It may overlap minutes that were watched in part. */
  from: string;
  to: string;
  /** kWh, under the keys of the minute's `energy`; only what was recovered. */
  energy: Partial<Record<EnergyKey, number>>;
  /** By `<meter>/<channel>`, kWh; only what was recovered. */
  channels: Record<string, { import_kwh: number; export_kwh: number }>;
}

/** Why the energy of a channel does not follow its counter here. */
export interface MinuteEvent {
  /** `<meter>/<channel>` */
  channel: string;
  event: CounterEvent;
}

export type EnergyKey = Exclude<keyof MinuteRecord['energy'], 'by'>;

export interface MinuteRecord {
  /** Version of this shape. */
  v: 1;
  /** Start of the minute, UTC. */
  ts: string;
  run: string;
  /** Of two lines of one `ts` and one `run` the higher wins. */
  rev: number;
  /** Short hash of the configuration that made the record. */
  config: string;
  /** Seconds of the minute that were measured. */
  covered_s: number;
  held_s?: number;
  estimated_s?: number;
  /** Seconds that `recovered` makes up for. */
  recovered_s?: number;
  recovered?: RecoveredBlock;
  /** What counters did in this minute that was not counting; left out while they count. */
  events?: MinuteEvent[];
  /** Set where the wall clock jumped by more than 2 s in this minute. */
  clock_step?: true;
  simulated?: true;
  power: {
    solar: PowerStats;
    home: PowerStats;
    grid: PowerStats;
    battery?: PowerStats;
    ev?: PowerStats;
    /** What the balance could not explain; left out while it is 0 all the time. */
    residual?: PowerStats;
  };
  /** Energy of this minute, kWh. */
  energy: {
    solar_kwh: number | null;
    home_kwh: number | null;
    import_kwh: number | null;
    export_kwh: number | null;
    battery_charge_kwh?: number | null;
    battery_discharge_kwh?: number | null;
    ev_kwh?: number | null;
    /** What the inverter drew while the sun was away, a part of home; left out where it drew nothing. */
    solar_standby_kwh?: number | null;
    solar_home_kwh?: number | null;
    solar_grid_kwh?: number | null;
    grid_home_kwh?: number | null;
    solar_battery_kwh?: number | null;
    battery_home_kwh?: number | null;
    battery_grid_kwh?: number | null;
    grid_battery_kwh?: number | null;
    by: 'counter' | 'integral';
  };
  /** By `<meter>/<channel>`. */
  channels: Record<string, MinuteChannel>;
  /**
   * Where the energy totals stood at the end: a restart without a checkpoint goes on from there.
   * Counters that `channels` tells are left out: see `withTold`.
   */
  ledger?: LedgerState;
}

export interface MinuteChannel {
  mean_w: number | null;
  import_kwh: number | null;
  export_kwh: number | null;
  counter_import_kwh?: number;
  counter_export_kwh?: number;
  /**
   * What power alone came to where counters decide how much: `import_kwh` beside it is what they
   * made of it. Left out where none does, and where both are 0.
   */
  integrated_import_kwh?: number;
  integrated_export_kwh?: number;
}
