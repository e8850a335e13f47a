/**
 * Counts distinct days, or nights, on which something was seen. A calendar would cut nights in two and
 * needs a zone, so the next one begins when 16 hours have gone since the first sight in the last: no
 * night between the polar circles is longer, and what comes back at any time of the next day counts.
 */
import { fieldsOf, numberOf } from './cases.ts';

const APART_MS = 16 * 3_600_000;

export class Days {
  count = 0;
  #beganMs = 0;

  /** Something was seen at that time of the wall clock; null (not trusted) counts no day. */
  note(wallMs: number | null): void {
    if (wallMs === null) return;
    if (this.count > 0 && wallMs < this.#beganMs + APART_MS) return;
    this.count += 1;
    this.#beganMs = wallMs;
  }

  clear(): void {
    this.count = 0;
  }

  save(): unknown {
    return { count: this.count, began_ms: this.#beganMs };
  }

  restore(saved: unknown): void {
    const { count, began_ms } = fieldsOf(saved);
    this.count = numberOf(count);
    this.#beganMs = numberOf(began_ms);
  }
}
