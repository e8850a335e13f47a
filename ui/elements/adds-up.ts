/** Decides whether the powers of an instant can all be true together. */
import type { Snapshot } from '../../nodes/balance/snapshot.ts';

/**
 * False where every power is known and they contradict each other by more than two reads apart can:
 * then no flow is told, and the home's 0 W is a limit rather than a measurement.
 */
export function addsUp({ flows, home_w }: Pick<Snapshot, 'flows' | 'home_w'>): boolean {
  return flows !== null || home_w === null;
}
