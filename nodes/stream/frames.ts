/** The frames of `/ws`: JSON text `{ type, ts, seq, data }`, `seq` counting up by one per connection. */
import type { Snapshot } from '../balance/snapshot.ts';
import type { Fault } from '../health/faults.ts';

export type FrameType = 'hello' | 'snapshot' | 'heartbeat' | 'fault' | 'dropped';

export interface HelloData {
  version: string;
  /** Null before the first snapshot. */
  run: string | null;
  simulated: boolean;
  /** Time between two snapshots. */
  interval_ms: number;
  /** Null before the first, and where the last is older than five seconds. */
  snapshot: Snapshot | null;
  faults: Fault[];
}

export interface HeartbeatData {
  uptime_s: number;
  /** Age of the newest measured values of the required sources; null before any. */
  last_snapshot_age_sec: number | null;
}

export interface DroppedData {
  /** Snapshots this client did not get because it was too slow. */
  count: number;
}

/**
 * The part of a frame that all clients share: made once, however many they are. Only the number in
 * between differs, so the data is never turned into JSON again.
 */
export interface SharedFrame {
  head: string;
  tail: string;
}

export function shareFrame(type: FrameType, ts: string, data: unknown): SharedFrame {
  return {
    head: `{"type":${JSON.stringify(type)},"ts":${JSON.stringify(ts)},"seq":`,
    tail: `,"data":${JSON.stringify(data)}}`,
  };
}

export function numberFrame({ head, tail }: SharedFrame, seq: number): string {
  return `${head}${seq}${tail}`;
}
