/** Which legs of a service something of a script hangs on, and which share of it each leg carries. */
import { PHASES, type Phase } from '../meter/reading.ts';

/** Indexes of the legs; a leg that the service has not is its last. */
export function legsOf(named: readonly Phase[], legs: number): number[] {
  return [...new Set(named.map((phase) => Math.min(PHASES.indexOf(phase), legs - 1)))];
}

/** The share of each leg, for things that come with all of them unless legs are named. */
export function sharesOf(named: readonly Phase[] | undefined, legs: number): number[] {
  const on = legsOf(named ?? PHASES.slice(0, legs), legs);
  return Array.from({ length: legs }, (_, leg) => (on.includes(leg) ? 1 / on.length : 0));
}
