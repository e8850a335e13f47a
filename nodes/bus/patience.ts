/**
 * How long to wait: for a reply, before asking a silent device again, before opening a lost line
 * again. Waits grow with the age of the outage, so that a short one ends soon after its cause does.
 */

const SHORTEST_GRACE_MS = 250;
const LONGEST_GRACE_MS = 1500;
/** For the first tries of a device that is not known yet. */
const GENEROUS_GRACE_MS = 1000;
const GENEROUS_TRIES = 3;
/** For one that may have become slow: now and then, since every long wait delays its neighbours. */
const RETRIAL_EVERY = 4;
const RETRIAL_GRACES_MS = [500, 1000] as const;
const LATENCY_MARGIN = 4;

const LONGEST_BACK_OFF_MS = 15_000;
const SHORTEST_RECONNECT_MS = 1000;
const LONGEST_RECONNECT_MS = 30_000;
/** A twentieth of the outage: after 30 s of it, the next try is 1.5 s away. */
const OUTAGE_SHARE = 1 / 20;
const JITTER = 0.2;

export interface Patience {
  /** Both frames on the wire, ms. */
  framesMs: number;
  /** The device's slowest recent latency, ms; null when it never answered. */
  slowestMs: number | null;
  /** The least its profile promises, ms. */
  replyDelayMs: number;
  /** How often in a row it has failed. */
  failures: number;
}

/**
 * How long a request may take, ms: its frames on the wire plus four times the device's latency,
 * within 250 to 1500 ms. Every fourth failure in a row is given more, so that a device that became
 * slow is found again.
 */
export function deadlineMs({ framesMs, slowestMs, replyDelayMs, failures }: Patience): number {
  const expected = LATENCY_MARGIN * Math.max(slowestMs ?? 0, replyDelayMs);
  const floor =
    slowestMs === null && failures < GENEROUS_TRIES ? GENEROUS_GRACE_MS : retrialGrace(failures);
  return framesMs + Math.min(Math.max(expected, floor), LONGEST_GRACE_MS);
}

function retrialGrace(failures: number): number {
  const round = (failures + 1) / RETRIAL_EVERY;
  if (!Number.isInteger(round)) return SHORTEST_GRACE_MS;
  return RETRIAL_GRACES_MS[(round - 1) % RETRIAL_GRACES_MS.length] ?? SHORTEST_GRACE_MS;
}

/** How long a device that shares its line is left alone after a failure, ms, by its outage's age. */
export function backOffAfter(outageMs: number): number {
  return Math.min(outageMs * OUTAGE_SHARE, LONGEST_BACK_OFF_MS);
}

/**
 * From one try to open a line to the next, ms: 1 to 30 s by the outage's age, a little later by
 * chance so that many appliances do not come back to one gateway at once.
 * @param random  0 to 1
 */
export function reconnectAfter(outageMs: number, random: number): number {
  const share = Math.max(outageMs * OUTAGE_SHARE, SHORTEST_RECONNECT_MS);
  return Math.min(share * (1 + JITTER * random), LONGEST_RECONNECT_MS);
}
