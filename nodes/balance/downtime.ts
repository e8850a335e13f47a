/** How long nobody has measured when a run goes on where an earlier one ended. */
import { type ClockFacts, isTrusted, NO_EARLIER_MS } from '../site/clock-trust.ts';

/**
 * What is assumed where the clock cannot tell, ms. A day at the full power of the service is what a
 * home uses in months: no step of a counter is refused after that, but a lifetime's total is.
 */
const UNKNOWN_MS = 86_400_000;
/** A machine may keep the time of its last minutes over a power cut, and wake up before its end. */
const KEPT_MS = 120_000;

/** One instant, told by the start of the machine. */
export interface BootTime {
  /** Which start. */
  id: string;
  /** Time since, ms. */
  ms: number;
}

/** When the earlier run ended. */
export interface Ending {
  /** By the clock of then, ms. */
  atMs: number;
  /** Null where it is not known. */
  boot: BootTime | null;
}

export interface Wakening {
  wallMs: number;
  boot: BootTime;
  facts: ClockFacts;
}

/** @returns ms */
export function downtimeMs(ended: Ending, { wallMs, boot, facts }: Wakening): number {
  // Within one start of the machine its own time tells, whatever the clock has been set to.
  if (ended.boot?.id === boot.id) return Math.max(0, boot.ms - ended.boot.ms);
  const passedMs = wallMs - ended.atMs;
  const isSameStart = passedMs >= 0 && passedMs <= boot.ms - KEPT_MS;
  if (isSameStart) return passedMs;
  // It ended by a clock that had not been set: nothing can be told from that.
  if (ended.atMs < NO_EARLIER_MS) return UNKNOWN_MS;
  const isKnown = passedMs >= 0 && isTrusted(wallMs, ended.atMs, facts);
  return isKnown ? passedMs : Math.max(passedMs, UNKNOWN_MS);
}
