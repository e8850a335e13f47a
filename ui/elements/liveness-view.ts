/**
 * Decides whether what the page shows is live. A snapshot proves the moment it was new: one alone
 * may be an old one played back to a late page, so it takes a second to be believed.
 */
import type { Snapshot } from '../../nodes/balance/snapshot.ts';

/** Without a new snapshot for longer than this, the line to the appliance is lost. */
export const LOST_AFTER_MS = 3_500;

export type LivenessState = 'waiting' | 'live' | 'stale' | 'lost';

export interface Liveness {
  state: LivenessState;
  /** Wall time the state began, ms; null while waiting. */
  sinceMs: number | null;
}

/** What a page remembers of the snapshots that came by. Wall times tell people, monotonic ones decide. */
export interface Pulse {
  key: string;
  believed: boolean;
  lastMono: number;
  lastWall: number;
  /** Wall time of the first snapshot since the line was last lost. */
  runningSince: number;
  /** Wall time since which values are missing; null while all are there. */
  staleSince: number | null;
  /** Wall time since which all values are there. */
  goodSince: number;
}

export interface Moment {
  mono: number;
  wall: number;
}

/** The pulse after `snapshot` arrived; the same snapshot again (a replay, a re-render) changes nothing. */
export function beat(pulse: Pulse | null, snapshot: Snapshot, at: Moment): Pulse {
  const key = `${snapshot.run}/${snapshot.seq}`;
  if (pulse?.key === key) return pulse;
  const unbroken = pulse !== null && at.mono - pulse.lastMono <= LOST_AFTER_MS;
  const stale = snapshot.quality === 'stale';
  const runningSince = unbroken ? pulse.runningSince : at.wall;
  return {
    key,
    believed: pulse !== null,
    lastMono: at.mono,
    lastWall: at.wall,
    runningSince,
    staleSince: stale ? (pulse?.staleSince ?? staleSince(snapshot) ?? at.wall) : null,
    goodSince: unbroken && pulse.staleSince === null ? pulse.goodSince : at.wall,
  };
}

/** What to tell the reader at this moment. */
export function livenessOf(pulse: Pulse | null, at: Moment): Liveness {
  if (pulse === null) return { state: 'waiting', sinceMs: null };
  if (at.mono - pulse.lastMono > LOST_AFTER_MS) return { state: 'lost', sinceMs: pulse.lastWall };
  if (!pulse.believed) return { state: 'waiting', sinceMs: null };
  if (pulse.staleSince !== null) return { state: 'stale', sinceMs: pulse.staleSince };
  return { state: 'live', sinceMs: pulse.goodSince };
}

/** A source that failed has been silent since its values' age began. */
function staleSince(snapshot: Snapshot): number | null {
  const ages = Object.values(snapshot.sources).flatMap(({ ok, age_ms }) =>
    ok || age_ms === null ? [] : [age_ms],
  );
  return ages.length > 0 ? Date.parse(snapshot.ts) - Math.max(...ages) : null;
}
