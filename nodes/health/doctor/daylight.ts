/**
 * Whether it is day or night at the site: from its coordinates, else from when solar has worked in the
 * last days. Says `unknown` while the clock is not trusted: the bare time of day proves nothing.
 */
import { z } from 'zod';
import { type Place, sunPosition } from '../../site/sun.ts';
import type { Daylight } from './second.ts';
import { SolarWindow } from './solar-window.ts';

/** Above it any panel works, below the other none does (ct-doctor rules, section 3); degrees. */
const DAY_DEG = 10;
const NIGHT_DEG = -6;
const MINUTE_MS = 60_000;

/** The sun's height over one place, worked out once a minute. */
export class SunHeight {
  readonly #place: Place | null;
  #minute = Number.NaN;
  #degrees: number | null = null;

  constructor(place: Place | null) {
    this.#place = place;
  }

  /** Degrees above the horizon; null while the time or the place is not known. */
  at(wallMs: number | null): number | null {
    if (wallMs === null || this.#place === null) return null;
    const minute = Math.floor(wallMs / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#degrees = sunPosition(minute * MINUTE_MS, this.#place).elevationDeg;
    }
    return this.#degrees;
  }
}

/** Where a site is, if it tells. */
export function placeOf(site: { latitude: number | null; longitude: number | null }): Place | null {
  const { latitude, longitude } = site;
  return latitude === null || longitude === null ? null : { latitude, longitude };
}

export class DaylightWatch {
  readonly #sun: SunHeight | null;
  readonly #learned = new SolarWindow();

  constructor(site: { latitude: number | null; longitude: number | null }) {
    const place = placeOf(site);
    this.#sun = place === null ? null : new SunHeight(place);
  }

  /** Day or night now. Call it with every second: without coordinates it learns from them. */
  take({ wallMs, solarRawW }: { wallMs: number | null; solarRawW: number | null }): Daylight {
    if (wallMs === null) return 'unknown';
    if (this.#sun === null) return this.#learned.take(wallMs, solarRawW);
    const degrees = this.#sun.at(wallMs) ?? 0;
    if (degrees > DAY_DEG) return 'day';
    return degrees < NIGHT_DEG ? 'night' : 'between';
  }

  save(): unknown {
    return { learned: this.#learned.save() };
  }

  restore(saved: unknown): void {
    const parsed = z.object({ learned: z.unknown() }).safeParse(saved);
    if (parsed.success) this.#learned.restore(parsed.data.learned);
  }

  /** A solar channel is another one now: what was learned from it does not hold. */
  forget(): void {
    this.#learned.forget();
  }
}
