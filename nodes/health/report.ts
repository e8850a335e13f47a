/** What the health node says about the whole appliance. Topic `health`. */
import type { UndatedKwh } from '../journal/undated.ts';
import type { BusStatus, MeterStatus } from '../meter/meter-status.ts';
import type { Fault, FaultId } from './faults.ts';
import type { DiskFull } from './forecast.ts';
import type { Undervoltage } from './host.ts';
import type { RunsReport } from './runs/history.ts';
import type { ErrorKind } from './watch/bus.ts';

export type Status = 'ok' | 'degraded' | 'fault';
export type ModbusStatus = 'ok' | 'degraded' | 'down' | 'none';

export interface HealthReport {
  /** The worst of the active faults: a fault, a warning, or none. */
  status: Status;
  /** All Modbus meters answer, some, none; or there are none. */
  modbus_status: ModbusStatus;
  /** Free space for records: `12GB_free`, `640MB_free`, `unknown`. */
  storage: string;
  /** When the newest values of the required sources were measured, monotonic ms; null before any. */
  measured_mono_ms: number | null;
  errors: FaultId[];
  faults: Fault[];
  version: string;
  simulated?: true;
  system: SystemReport;
}

/** The body of `/api/system`. */
export interface SystemReport {
  version: string;
  /** Of the program, s. */
  uptime_s: number;
  host: HostReport;
  /** Of the program's runs; left out where nobody writes them down. */
  runs?: RunsReport;
  /** When the disk of the records will be full, as it has been filling; null where not in sight. */
  disk_full: DiskFull | null;
  /** How late a timer of one second fires, over the last five minutes; null before the first. */
  event_loop_delay_ms: Spread | null;
  /** How far from `interval_ms` two good readings of one meter lie apart, by meter. */
  poll_drift_ms: Record<string, Spread>;
  poll_interval_ms: number;
  /** What each meter last said of its polls and requests, as on `status/<meter>`. */
  meters: Record<string, MeterStatus>;
  /** What was last said of each bus with a meter on it. */
  buses: Record<string, BusStatus>;
  /** By meter. */
  request_errors: Record<string, RequestErrors>;
  clock: {
    now: string;
    trusted: boolean;
    /** Measured in earlier starts of the machine that never learnt the time; it is in no day. */
    undated_kwh?: UndatedKwh;
  };
}

export interface HostReport {
  uptime_s: number;
  cpu: { percent: number | null; load: number[]; cores: number };
  memory: {
    rss_mb: number;
    heap_used_mb: number;
    heap_total_mb: number;
    host_free_mb: number;
    host_total_mb: number;
  };
  /** Where records go; null where the disk cannot be asked. */
  disk: { free_mb: number; total_mb: number; free_files?: number } | null;
  /** Left out where the host does not tell. */
  temperature_c?: number;
  /** Left out where the host does not tell. */
  undervoltage?: Undervoltage;
}

/** The requests of a meter of the last five minutes that went wrong. */
export interface RequestErrors {
  bus: string;
  requests: number;
  failures: number;
  /** Of the requests; null where there were none. */
  percent: number | null;
  /** Failures by kind. */
  kinds: Record<ErrorKind, number>;
}

export interface Spread {
  p50: number;
  p99: number;
  max: number;
}
