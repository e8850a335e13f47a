/** How long nobody has measured when a run goes on where an earlier one ended. */
import { type ClockFacts, isTrusted, NO_EARLIER_MS } from '../site/clock-trust.ts';

/**
 * What is assumed where the clock cannot tell, ms. A day at the full power of the service is what a
 * home uses in months: no step of a counter is refused after that, but a lifetime's total is.
 */
const UNKNOWN_MS = 86_400_000;
/** A machine may keep the time of its last minutes over a power cut, and wake up before its end. */
const KEPT_MS = 120_000;

export interface Wakening {
  wallMs: number;
  /** Time since the machine started, ms. */
  bootMs: number;
  facts: ClockFacts;
}

/** @param endedMs  when the earlier run ended, by the clock of then; returns ms */
export function downtimeMs(endedMs: number, { wallMs, bootMs, facts }: Wakening): number {
  const passedMs = wallMs - endedMs;
  const isSameStart = passedMs >= 0 && passedMs <= bootMs - KEPT_MS;
  if (isSameStart) return passedMs;
  // It ended by a clock that had not been set: nothing can be told from that.
  if (endedMs < NO_EARLIER_MS) return UNKNOWN_MS;
  const isKnown = passedMs >= 0 && isTrusted(wallMs, endedMs, facts);
  return isKnown ? passedMs : Math.max(passedMs, UNKNOWN_MS);
}
