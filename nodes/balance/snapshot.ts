/** The state of the home at one second, on topic `snapshot`. The contract of /ws and /api/latest. */
import type { Doubt, Phase, PhaseReading, Role } from '../meter/reading.ts';

export type Quality = 'good' | 'partial' | 'stale';

export interface Snapshot {
  ts: string;
  /** Counts up by one from 1 in each run. */
  seq: number;
  /** A new id at each start of the program. */
  run: string;
  simulated?: true;
  solar_w: number | null;
  home_w: number | null;
  /** + import, - export. */
  grid_w: number | null;
  import_w: number | null;
  export_w: number | null;
  solar_standby_w: number | null;
  /** + discharge, - charge. */
  battery_w?: number | null;
  battery_soc?: number | null;
  ev_w?: number | null;
  flows: Flows | null;
  residual_w: number | null;
  held?: true;
  energy: EnergyTotals;
  /** By `<meter>/<channel>`. */
  channels: Record<string, SnapshotChannel>;
  /** By meter. */
  sources: Record<string, SourceState>;
  quality: Quality;
  /** Ids of the active faults. */
  errors: string[];
}

/** Who feeds whom, W, all >= 0; solar serves the home first, then the battery, then the grid. */
export interface Flows {
  solar_home_w: number;
  solar_grid_w: number;
  grid_home_w: number;
  solar_battery_w?: number;
  battery_home_w?: number;
  battery_grid_w?: number;
  grid_battery_w?: number;
}

/** Totals that never go back, kWh; null until something is known. */
export interface EnergyTotals {
  solar_kwh: number | null;
  home_kwh: number | null;
  import_kwh: number | null;
  export_kwh: number | null;
  battery_charge_kwh?: number | null;
  battery_discharge_kwh?: number | null;
  ev_kwh?: number | null;
}

export interface SnapshotChannel {
  role: Role;
  power_w: number | null;
  /** Age of the values at `ts`, ms; null before any. */
  age_ms: number | null;
  phases?: Partial<Record<Phase, PhaseReading>>;
}

export interface SourceState {
  ok: boolean;
  age_ms: number | null;
  /** How long the last poll took on the wire, ms; null where the source does not tell. */
  latency_ms: number | null;
  /** Failed polls since the start. */
  errors: number;
  /** What a source of somebody's own sent that cannot be; left out while everything can. */
  doubts?: Doubt[];
}
