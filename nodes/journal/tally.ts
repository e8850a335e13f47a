/** The small sums a minute is made of. What was not measured is left out, and nothing is null. */
import type { PowerStats } from './minute.ts';

/** Mean of what was measured. */
export class Mean {
  #sumW = 0;
  #count = 0;

  add(powerW: number | null): void {
    if (powerW === null) return;
    this.#sumW += powerW;
    this.#count += 1;
  }

  /** W to a tenth; null where nothing was measured. */
  get watts(): number | null {
    return this.#count === 0 ? null : roundedW(this.#sumW / this.#count);
  }
}

/** Mean, least and most. */
export class Range {
  #mean = new Mean();
  #leastW = Number.POSITIVE_INFINITY;
  #mostW = Number.NEGATIVE_INFINITY;

  add(powerW: number | null): void {
    this.#mean.add(powerW);
    if (powerW === null) return;
    this.#leastW = Math.min(this.#leastW, powerW);
    this.#mostW = Math.max(this.#mostW, powerW);
  }

  stats(): PowerStats {
    const mean = this.#mean.watts;
    return mean === null ? null : [mean, roundedW(this.#leastW), roundedW(this.#mostW)];
  }
}

/** A sum of energies. */
export class Sum {
  #kwh: number | null = null;

  add(kwh: number | null): void {
    if (kwh !== null) this.#kwh = (this.#kwh ?? 0) + kwh;
  }

  /** kWh; null where nothing was measured. */
  get kwh(): number | null {
    return this.#kwh === null ? null : roundedKwh(this.#kwh);
  }
}

/** To a tenth. */
/** To a tenth. */
export function roundedW(watts: number): number {
  return Math.round(watts * 10) / 10 + 0;
}

/** What a counter shows, to a thousandth of a Wh: a float's last digits are none of the meter's. */
export function roundedCounterKwh(kwh: number): number {
  return Math.round(kwh * 1e6) / 1e6;
}

/** To a ten-millionth: a third of a watt-second. */
export function roundedKwh(kwh: number): number {
  return Math.round(kwh * 1e7) / 1e7 + 0;
}
