/** Faults: what is wrong, since when, and what to do about it. Topic `fault`. */
export const FAULT_IDS = [
  'meter_not_responding',
  'bus_errors',
  'scaling_failure',
  'voltage_missing',
  'ct_unplugged',
  'ct_reversed',
  'ct_phase_mismatch',
  'ct_ratio_suspect',
  'voltage_reference_swapped',
  'balance_residual',
  'data_stale',
  'poll_drift',
  'low_storage',
  'storage_failed',
  'service_crash',
  'api_stall',
  'clock_untrusted',
  'config_invalid',
  'flow_quarantined',
  'update_failed',
  'temperature_high',
  'power_undervoltage',
] as const;
export type FaultId = (typeof FAULT_IDS)[number];

export interface Fault {
  id: FaultId;
  /** `site`, `<bus>`, `<meter>` or `<meter>/<channel>`. */
  source: string;
  cause?: string;
  severity: 'info' | 'warning' | 'fault';
  state: 'suspected' | 'confirmed';
  since: string;
  cleared_at?: string;
  acknowledged?: { by: string; until: string };
  /** Numbers only. */
  evidence: Record<string, number>;
  /** For the homeowner. */
  message: string;
  /** For the installer. */
  advice: string;
}
