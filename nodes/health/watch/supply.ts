/** Decides whether the machine's power supply is too weak, from what a Raspberry Pi says of its voltage. */
import type { FaultBook } from '../faults.ts';
import type { Undervoltage } from '../host.ts';

/** Dips come and go with the load: over when there was none for so long. */
const CALM_MS = 600_000;

export class SupplyWatch {
  #dips: { fromMs: number; lastMs: number } | null = null;
  #sinceBoot: boolean | null = null;

  /** @param said  null where the machine does not tell */
  note(said: Undervoltage | null, nowMs: number, book: FaultBook): void {
    if (said === null) return;
    // What has come up since the last look was a dip between the two.
    const isNew = said.since_boot === true && this.#sinceBoot === false;
    this.#sinceBoot = said.since_boot ?? null;
    if (said.now || isNew) this.#dips = { fromMs: this.#dips?.fromMs ?? nowMs, lastMs: nowMs };
    if (this.#dips === null || nowMs - this.#dips.lastMs >= CALM_MS) {
      this.#dips = null;
      book.clear('power_undervoltage', 'site');
      return;
    }
    const evidence = { low_s: Math.round((this.#dips.lastMs - this.#dips.fromMs) / 1_000) };
    book.raise({ id: 'power_undervoltage', source: 'site', evidence });
  }
}
