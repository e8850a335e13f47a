/**
 * Learns between which times of day solar works, for a site that does not tell its coordinates. Thinks
 * in quarter hours of UTC over the last week, so that it needs no zone and follows the seasons.
 */
import { z } from 'zod';
import type { Daylight } from './second.ts';

const SLOT_MS = 900_000;
const SLOTS = 96;
const DAYS_KEPT = 7;
/** Fewer say nothing: one odd day would be the rule. */
const DAYS_NEEDED = 3;
/** A slot counts when this much of it was seen, ms. */
const SEEN_MS = 300_000;
/** Two values further apart do not stand for the time between them, ms. */
const GAP_MS = 10_000;
/** Solar works from this share of its best quarter hour on, and from this power on. */
const LIT_SHARE = 0.03;
const LIT_W = 50;
/** How far from any lit slot it is night, and how deep within them day; an hour and half of one. */
const NIGHT_SLOTS = 4;
const DAY_SLOTS = 2;
/** Fewer lit slots, or dark ones, are no sun (and may be the grid on a solar channel). */
const LEAST_SLOTS = 12;

interface SolarDay {
  /** Since 1970, UTC. */
  day: number;
  /** Mean power in each quarter hour, W; null where it was not seen. */
  meansW: (number | null)[];
}

const savedSchema = z.array(
  z.object({ day: z.int(), meansW: z.array(z.number().nullable()).length(SLOTS) }),
);

export class SolarWindow {
  #days: SolarDay[] = [];
  #table: Daylight[] | null = null;
  #slot: number | null = null;
  #lastMs = 0;
  #seenMs = 0;
  #energy = 0;

  take(wallMs: number, solarRawW: number | null): Daylight {
    const slot = Math.floor(wallMs / SLOT_MS);
    if (slot !== this.#slot) this.#turnTo(slot);
    const ms = wallMs - this.#lastMs;
    if (solarRawW !== null && ms > 0 && ms <= GAP_MS) {
      this.#seenMs += ms;
      this.#energy += ms * Math.abs(solarRawW);
    }
    this.#lastMs = wallMs;
    return this.#table?.[slot % SLOTS] ?? 'unknown';
  }

  save(): unknown {
    return this.#days.map(({ day, meansW }) => ({
      day,
      meansW: meansW.map((mean) => (mean === null ? null : Math.round(mean))),
    }));
  }

  restore(saved: unknown): void {
    const parsed = savedSchema.safeParse(saved);
    if (!parsed.success) return;
    this.#days = parsed.data.slice(-DAYS_KEPT);
    this.#table = tableOf(this.#days);
  }

  forget(): void {
    this.#days = [];
    this.#table = null;
    this.#slot = null;
    this.#seenMs = 0;
    this.#energy = 0;
  }

  #turnTo(slot: number): void {
    if (this.#slot !== null && this.#seenMs >= SEEN_MS) {
      this.#note(this.#slot, this.#energy / this.#seenMs);
      this.#table = tableOf(this.#days);
    }
    this.#slot = slot;
    this.#seenMs = 0;
    this.#energy = 0;
  }

  #note(slot: number, meanW: number): void {
    const day = Math.floor(slot / SLOTS);
    let known = this.#days.find((each) => each.day === day);
    if (known === undefined) {
      known = { day, meansW: new Array<number | null>(SLOTS).fill(null) };
      this.#days = [...this.#days, known].slice(-DAYS_KEPT);
    }
    known.meansW[slot % SLOTS] = meanW;
  }
}

/** What each slot of the day is; null while too little is known, or what is known is no sun. */
function tableOf(days: readonly SolarDay[]): Daylight[] | null {
  const bestW = Math.max(0, ...days.flatMap(({ meansW }) => meansW.map((mean) => mean ?? 0)));
  const litW = Math.max(LIT_W, LIT_SHARE * bestW);
  const lit = new Array<number>(SLOTS).fill(0);
  const seen = new Array<number>(SLOTS).fill(0);
  for (const { meansW } of days) {
    // A day without any sun was not dark: solar was off.
    if (!meansW.some((mean) => mean !== null && mean >= litW)) continue;
    for (const [slot, mean] of meansW.entries()) {
      if (mean === null) continue;
      seen[slot] = (seen[slot] ?? 0) + 1;
      if (mean >= litW) lit[slot] = (lit[slot] ?? 0) + 1;
    }
  }
  const known = (slot: number) => (seen[slot] ?? 0) >= DAYS_NEEDED;
  const dark = (slot: number) => known(slot) && lit[slot] === 0;
  const bright = (slot: number) => known(slot) && 2 * (lit[slot] ?? 0) >= (seen[slot] ?? 0);
  const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
  if (slots.filter(dark).length < LEAST_SLOTS) return null;
  if (slots.filter(bright).length < LEAST_SLOTS) return null;
  return slots.map((slot): Daylight => {
    if (!known(slot)) return 'unknown';
    if (around(slot, NIGHT_SLOTS).every(dark)) return 'night';
    return around(slot, DAY_SLOTS).every(bright) ? 'day' : 'between';
  });
}

/** The slot and its neighbours on either side, round midnight too. */
function around(slot: number, reach: number): number[] {
  return Array.from(
    { length: 2 * reach + 1 },
    (_, index) => (slot - reach + index + SLOTS) % SLOTS,
  );
}
