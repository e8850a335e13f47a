/**
 * Cuts time into days of the site, around the rows that must stay as they are: no time lies in two
 * days or in none, and no date comes twice, whatever happened to the time zone in between.
 */
import { addDays, dateAt, dayBounds } from '../calendar.ts';

/** A day of the site: a date and the time that counts for it, half-open. */
export interface Tile {
  date: string;
  startMs: number;
  endMs: number;
}

export interface Seam {
  /** Where to begin. */
  startMs: number;
  /** The last date that has a row already. */
  after: string | null;
  /** The row that must stay and that follows; null where none does. */
  next: Tile | null;
  /** What has not ended by then is no day yet. */
  horizonMs: number;
  zone: string;
}

/**
 * The days from a seam on that have ended, and the one that has not: at a seam a day may be longer or
 * shorter than usual.
 */
export function* tilesFrom({ startMs, after, next, horizonMs, zone }: Seam): Generator<Tile> {
  let tile = firstTile(startMs, after, zone);
  for (;;) {
    if (next && (tile.endMs >= next.startMs || addDays(tile.date, 1) >= next.date)) {
      const last = { ...tile, endMs: next.startMs };
      if (last.startMs < last.endMs) yield last;
      return;
    }
    yield tile;
    if (tile.endMs > horizonMs) return;
    tile = firstTile(tile.endMs, tile.date, zone);
  }
}

function firstTile(startMs: number, after: string | null, zone: string): Tile {
  const here = dateAt(startMs, zone);
  let date = after === null || here > after ? here : addDays(after, 1);
  // A zone may leave out a date (Samoa, 2011-12-30).
  while (dayBounds(date, zone).endMs <= startMs) date = addDays(date, 1);
  return { date, startMs, endMs: dayBounds(date, zone).endMs };
}
