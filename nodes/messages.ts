/**
 * The messages that travel through the flows, for whoever writes a node of their own:
 * `import type { Reading, Snapshot } from '@solthrive/monitoring/messages'`.
 */
export type { Flows, Quality, Snapshot, SnapshotChannel, SourceState } from './balance/snapshot.ts';
export type { Fault, FaultId } from './health/faults.ts';
export type { HealthReport, SystemReport } from './health/report.ts';
export type { MinuteRecord } from './journal/minute.ts';
export type { ChannelReading, Phase, PhaseReading, Reading, Role } from './meter/reading.ts';
