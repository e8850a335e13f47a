/** Decides whether the processor is so hot that the machine slows it down, and ages early. */
import type { FaultBook } from '../faults.ts';

/** A Raspberry Pi throttles its processor from 80 °C on. */
const HOT_C = 80;
const COOL_C = 75;
const HOT_FOR_MS = 60_000;

export class HeatWatch {
  #hotSinceMs: number | null = null;

  /** @param degrees  °C; null where the machine does not tell */
  note(degrees: number | null, nowMs: number, book: FaultBook): void {
    if (degrees === null || degrees < COOL_C) {
      this.#hotSinceMs = null;
      book.clear('temperature_high', 'site');
    } else if (book.has('temperature_high', 'site')) {
      this.#raise(degrees, book);
    } else if (degrees < HOT_C) {
      this.#hotSinceMs = null;
    } else {
      this.#hotSinceMs ??= nowMs;
      if (nowMs - this.#hotSinceMs >= HOT_FOR_MS) this.#raise(degrees, book);
    }
  }

  #raise(degrees: number, book: FaultBook): void {
    const evidence = { temperature_c: Math.round(degrees) };
    book.raise({ id: 'temperature_high', source: 'site', evidence });
  }
}
