/**
 * The messages that travel through the flows, for whoever writes a node of their own:
 * `import type { Reading, Snapshot } from '@solthrive/monitoring/messages'`.
 */
export type { Measured } from './balance/measured.ts';
export type { Flows, Quality, Snapshot, SnapshotChannel, SourceState } from './balance/snapshot.ts';
export type { FaultMessage } from './health/care.ts';
export type { DoctorReport } from './health/doctor/doctor.ts';
export type { Acknowledgement, Fault, FaultId } from './health/faults.ts';
export type { HealthReport, SystemReport } from './health/report.ts';
export type { DayHistory } from './history/series.ts';
export type { ClockState } from './journal/filing.ts';
export type { MinuteChannel, MinuteRecord } from './journal/minute.ts';
export type { StorageState } from './journal/minute-store.ts';
export type { MeterStatus } from './meter/meter-status.ts';
export type { ChannelReading, Phase, PhaseReading, Reading, Role } from './meter/reading.ts';
export type { BillSummary, DaySummary, MonthSummary } from './rollup/sums/summary.ts';
