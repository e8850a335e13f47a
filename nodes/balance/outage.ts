/**
 * Stretches of time in which nobody looked: how they join, and how much of one is made up for that
 * nothing before made up for. It knows no energy.
 */

/** On the monotonic clock, ms; before the start of this run it goes on below it. */
export interface Outage {
  fromMs: number;
  toMs: number;
  /** False where powers were seen all along, and counters only correct what they said. */
  unseen: boolean;
}

/** From the earlier begin to the later end. */
export function joinOutages(a: Outage | null, b: Outage | null): Outage | null {
  if (a === null || b === null) return a ?? b;
  return {
    fromMs: Math.min(a.fromMs, b.fromMs),
    toMs: Math.max(a.toMs, b.toMs),
    unseen: a.unseen || b.unseen,
  };
}

/** Several counters make up for one outage, one after the other: its seconds count once. */
export class MadeUp {
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  /** @returns the seconds that count now for the first time */
  take({ fromMs, toMs, unseen }: Outage): number {
    if (!unseen) return 0;
    const apart = fromMs > this.#toMs || toMs < this.#fromMs;
    const ms = apart
      ? toMs - fromMs
      : Math.max(0, this.#fromMs - fromMs) + Math.max(0, toMs - this.#toMs);
    this.#fromMs = apart ? fromMs : Math.min(fromMs, this.#fromMs);
    this.#toMs = apart ? toMs : Math.max(toMs, this.#toMs);
    return ms / 1000;
  }
}
