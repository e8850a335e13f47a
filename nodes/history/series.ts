/** The last 24 hours of the home as the graph draws them: one value a minute, gaps as gaps. */
import type { MinuteRecord, PowerStats } from '../journal/minute.ts';
import { isoTime } from '../site/clock.ts';

const MINUTE_MS = 60_000;
const MINUTES = 24 * 60;

/** Topic `history/day`: W per step from `t0`, null where nothing was measured. */
export interface DayHistory {
  /** Start of the first step, UTC. */
  t0: string;
  step_s: 60;
  /** The site's, for the axis. */
  timezone: string;
  solar: (number | null)[];
  home: (number | null)[];
  /** + import, - export. */
  grid: (number | null)[];
  /** Set when any of it is made up. */
  simulated?: true;
}

interface Point {
  solar: number | null;
  home: number | null;
  grid: number | null;
  simulated: boolean;
}

export class DaySeries {
  #timezone: string;
  /** By minutes since 1970. */
  #points = new Map<number, Point>();

  constructor(timezone: string) {
    this.#timezone = timezone;
  }

  /** Takes a minute; a later record of the same minute replaces it where it knows something. */
  take({ ts, power, simulated }: MinuteRecord): void {
    const key = Date.parse(ts) / MINUTE_MS;
    const known = this.#points.get(key);
    this.#points.set(key, {
      solar: meanW(power.solar) ?? known?.solar ?? null,
      home: meanW(power.home) ?? known?.home ?? null,
      grid: meanW(power.grid) ?? known?.grid ?? null,
      simulated: simulated ?? known?.simulated ?? false,
    });
  }

  /** The 24 hours of whole minutes that end now; what is older is forgotten. */
  last24h(nowMs: number): DayHistory {
    const end = Math.floor(nowMs / MINUTE_MS);
    const start = end - MINUTES;
    for (const key of this.#points.keys()) if (key < start) this.#points.delete(key);
    const points = Array.from({ length: MINUTES }, (_, step) => this.#points.get(start + step));
    return {
      t0: isoTime(start * MINUTE_MS),
      step_s: 60,
      timezone: this.#timezone,
      solar: points.map((point) => point?.solar ?? null),
      home: points.map((point) => point?.home ?? null),
      grid: points.map((point) => point?.grid ?? null),
      ...(points.some((point) => point?.simulated) && { simulated: true as const }),
    };
  }
}

function meanW(stats: PowerStats): number | null {
  return stats === null ? null : Math.round(stats[0]) + 0;
}
