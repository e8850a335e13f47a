/**
 * When a sum over several meters may be sampled: once each of them has been heard again. A sum of
 * one new and one old power belongs to no instant.
 */
export class Round {
  #meters: ReadonlySet<string>;
  #heard = new Set<string>();
  #latestMs = Number.NEGATIVE_INFINITY;

  constructor(members: readonly { meter: string }[]) {
    this.#meters = new Set(members.map(({ meter }) => meter));
  }

  /** @returns the monotonic time of the round when `meter` completes it, else null */
  heard(meter: string, monoMs: number): number | null {
    if (!this.#meters.has(meter)) return null;
    this.#heard.add(meter);
    this.#latestMs = Math.max(this.#latestMs, monoMs);
    if (this.#heard.size < this.#meters.size) return null;
    this.#heard.clear();
    return this.#latestMs;
  }
}
