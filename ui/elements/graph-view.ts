/** Decides what the day graph draws and says: columns, axes, read-outs and the text for those who listen. */
import { clockText, hasHalfDays, powerText, type Reader, scaleText } from './format.ts';

/** The last 24 hours, on topic `history/day`: W per step from `t0`, null where nothing was measured. */
export interface DayHistory {
  t0: string;
  step_s: number;
  solar: (number | null)[];
  home: (number | null)[];
  /** + import, - export. */
  grid: (number | null)[];
  /** IANA name of the site's zone. */
  timezone: string;
  simulated?: true;
  /** Where a day still goes on, how far it has come: what is after it is no gap. */
  until?: string;
}

export const SERIES = ['solar', 'home', 'import', 'export'] as const;
export type SeriesId = (typeof SERIES)[number];

export interface DayColumns {
  /** Start of each step, s since 1970. */
  times: number[];
  /** W, all >= 0 except export, which is drawn below zero. */
  series: Record<SeriesId, (number | null)[]>;
  /** s since 1970; infinite where nothing is still to come. */
  untilS: number;
}

/** The columns to draw. The grid is parted so that each direction has its own colour and side of zero. */
export function columnsOf(history: DayHistory): DayColumns {
  const startS = Date.parse(history.t0) / 1000;
  const times = history.grid.map((_, step) => startS + step * history.step_s);
  const known = (column: (number | null)[]) => times.map((_, step) => column[step] ?? null);
  const grid = known(history.grid);
  return {
    times,
    untilS: history.until ? Date.parse(history.until) / 1000 : Number.POSITIVE_INFINITY,
    series: {
      solar: known(history.solar),
      home: known(history.home),
      import: grid.map((w) => (w === null ? null : Math.max(0, w))),
      export: grid.map((w) => (w === null ? null : Math.min(0, w))),
    },
  };
}

const TICK_STEPS_H = [1, 2, 3, 4, 6, 8, 12];
const QUARTER_S = 900;

/**
 * Instants, s, at which the site's clock shows a full hour divisible by a step, at most `room` of
 * them. Zones are offset by multiples of a quarter hour, so stepping by quarters meets every hour,
 * on days of 23 and 25 hours too.
 */
export function hourTicks(fromS: number, toS: number, room: number, timeZone?: string): number[] {
  const hours: { s: number; hour: number }[] = [];
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone });
  for (let s = Math.ceil(fromS / QUARTER_S) * QUARTER_S; s <= toS; s += QUARTER_S) {
    const [hour, minute] = clock.format(s * 1000).split(':');
    if (minute === '00') hours.push({ s, hour: Number(hour) });
  }
  const at = (step: number) => hours.filter(({ hour }) => hour % step === 0).map(({ s }) => s);
  const step = TICK_STEPS_H.find((candidate) => at(candidate).length <= Math.max(2, room));
  return at(step ?? 12);
}

/** What an hour of the axis is called: `06:00`, `6 AM`. */
export function hourText(s: number, reader: Reader): string {
  const { locale, timeZone } = reader;
  if (!hasHalfDays(locale)) return clockText(s * 1000, reader);
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', timeZone }).format(s * 1000);
}

/** Round steps of a power axis, W. */
const POWER_STEPS_W = [
  100, 200, 500, 1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 10_000, 20_000, 50_000, 100_000,
];

/** A power axis that holds `lowest..highest` and zero, at round steps, about `room` of them. */
export function powerTicks(lowestW: number, highestW: number, room: number): number[] {
  const low = Math.min(0, lowestW);
  const high = Math.max(500, highestW);
  const step =
    POWER_STEPS_W.find((w) => Math.ceil(high / w) - Math.floor(low / w) <= room) ??
    Math.ceil((high - low) / room);
  const ticks: number[] = [];
  for (let k = Math.floor(low / step); k <= Math.ceil(high / step); k += 1) ticks.push(k * step);
  return ticks;
}

/** The name of a step of the power axis; below zero the side of the axis says the direction. */
export function powerTickText(powerW: number, reader: Reader): string {
  return powerW === 0 ? '0' : scaleText(powerW, reader);
}

export interface Readout {
  time: string;
  rows: { id: SeriesId; label: string; value: string }[];
  /** Why nothing at all is known, in words; null where something is. */
  missing: string | null;
  /** All of it as one line, for a screen reader. */
  text: string;
}

/** The values of one step. Of the grid only the direction it had is named. */
export function readoutOf(columns: DayColumns, step: number, reader: Reader): Readout {
  const time = clockText((columns.times[step] ?? 0) * 1000, reader);
  const exporting = (columns.series.export[step] ?? 0) < 0;
  const rows = SERIES.filter((id) => id !== (exporting ? 'import' : 'export')).map((id) => ({
    id,
    label: reader.say(`graph.${id}`),
    value: powerText(columns.series[id][step], reader),
  }));
  const measured = rows.some(({ id }) => (columns.series[id][step] ?? null) !== null);
  const isAhead = (columns.times[step] ?? 0) >= columns.untilS;
  const missing = measured ? null : reader.say(isAhead ? 'graph.ahead' : 'graph.gap');
  const values = missing ?? rows.map(({ label, value }) => `${label} ${value}`).join(', ');
  return { time, rows, missing, text: reader.say('graph.readout', { time, values }) };
}

/** Between the cursor and its read-out, px. */
const TIP_DISTANCE_PX = 14;

/** Where the read-out stands: on the side of the cursor with more room, and never over an edge. */
export function tipLeftPx(cursorPx: number, room: { tipPx: number; stagePx: number }): number {
  const { tipPx, stagePx } = room;
  const right = cursorPx + TIP_DISTANCE_PX;
  const left = cursorPx - TIP_DISTANCE_PX - tipPx;
  const wanted = cursorPx < stagePx / 2 ? right : left;
  return Math.max(0, Math.min(wanted, stagePx - tipPx));
}

/** Stretches of time, s, in which nothing at all was measured. */
export function gapsOf({ times, series, untilS }: DayColumns): { fromS: number; toS: number }[] {
  const gaps: { fromS: number; toS: number }[] = [];
  const stepS = (times[1] ?? 0) - (times[0] ?? 0);
  let open: { fromS: number; toS: number } | null = null;
  times.forEach((fromS, step) => {
    if (fromS >= untilS || SERIES.some((id) => (series[id][step] ?? null) !== null)) {
      open = null;
      return;
    }
    if (!open) {
      open = { fromS, toS: fromS };
      gaps.push(open);
    }
    open.toS = fromS + stepS;
  });
  return gaps;
}

/** The step of the newest known values, or -1. */
export function lastKnown({ series }: DayColumns): number {
  return Math.max(...SERIES.map((id) => series[id].findLastIndex((w) => w !== null)));
}

/** The day in sentences: the peaks, and the newest values. */
export function summaryOf(columns: DayColumns, reader: Reader): string {
  const last = lastKnown(columns);
  if (last < 0) return reader.say('graph.empty');
  const peaks = SERIES.flatMap((id) => {
    const column = columns.series[id];
    const peak = column.reduce<number>((best, w, step) => {
      return Math.abs(w ?? 0) > Math.abs(column[best] ?? 0) ? step : best;
    }, 0);
    if ((column[peak] ?? 0) === 0) return [];
    return reader.say('graph.summary_peak', {
      series: reader.say(`graph.${id}`),
      value: powerText(column[peak], reader),
      time: clockText((columns.times[peak] ?? 0) * 1000, reader),
    });
  });
  const { time, rows } = readoutOf(columns, last, reader);
  const values = rows.map(({ label, value }) => `${label} ${value}`).join(', ');
  return [...peaks, reader.say('graph.summary_last', { time, values })].join(' ');
}
