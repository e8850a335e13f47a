/** One minute of the home, on topic `minute` and as one line of `<records>/minute/<UTC day>.jsonl`. */
import type { LedgerState } from '../balance/measured.ts';

/** Mean, minimum and maximum over the minute, W; null where nothing was measured. */
export type PowerStats = [mean: number, min: number, max: number] | null;

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
  recovered_s?: number;
  simulated?: true;
  power: {
    solar: PowerStats;
    home: PowerStats;
    grid: PowerStats;
    battery?: PowerStats;
    ev?: PowerStats;
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
  /** Where the energy totals stood at the end: a restart without a checkpoint goes on from there. */
  ledger?: LedgerState;
}

export interface MinuteChannel {
  mean_w: number | null;
  import_kwh: number | null;
  export_kwh: number | null;
  counter_import_kwh?: number;
  counter_export_kwh?: number;
}
