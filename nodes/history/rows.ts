/**
 * The records of a stretch at each resolution, in batches of a day at most, so that no answer is
 * ever in memory as a whole. Sums over a stretch are the same at every resolution, to the last digit.
 */
import type { MinuteRecord } from '../journal/minute.ts';
import { dayOf, type Stretch } from '../journal/minutes.ts';
import { dateAt, dayBounds, hourStarts } from '../rollup/calendar.ts';
import type { ChannelEnergies, DayRecord, MonthRecord, QuarterRecord } from '../rollup/records.ts';
import { ChannelSum, sumEnergies } from '../rollup/sums/exact.ts';
import { sumRecords } from '../rollup/sums/period.ts';
import { PowerSum } from '../rollup/sums/power-sum.ts';
import { knownSeconds } from '../rollup/sums/seconds.ts';
import type { Share } from '../rollup/sums/share.ts';
import { energySummary, summaryOfDay } from '../rollup/sums/summary.ts';
import { isoTime } from '../site/clock.ts';
import type { Resolution, Told } from './fields.ts';
import { minuteDays } from './minute-days.ts';
import { recordedUntil, type Source } from './source.ts';

const MINUTE_MS = 60_000;
const MINUTE_S = 60;
const QUARTER_MS = 900_000;
/** No hour of the site is longer: one in which the clock goes back by half an hour or a whole one. */
const HOUR_MOST_MS = 2 * 3_600_000;

export interface Row {
  startMs: number;
  /** How long it is, or has been so far. */
  lengthS: number;
  told: Told;
}

export interface RowsWanted extends Stretch {
  nowMs: number;
  /** True where what the channels say is wanted too. */
  channels?: boolean;
}

/** The records that begin within a stretch, in order. */
export function rowsOf(
  resolution: Resolution,
  source: Source,
  wanted: RowsWanted,
): AsyncGenerator<Row[]> {
  switch (resolution) {
    case '1m':
      return minuteRows(source, wanted);
    case '15m':
      return quarterRows(source, wanted);
    case '1h':
      return hourRows(source, wanted);
    case '1d':
      return dayRows(source, wanted);
    case '1mo':
      return monthRows(source, wanted);
  }
}

async function* minuteRows(
  source: Source,
  { fromMs, toMs, channels = false }: RowsWanted,
): AsyncGenerator<Row[]> {
  const view = source.view();
  const shares = await source.recovered.shares({ fromMs, toMs }, view);
  const sharedDays = [...shares.keys()].map((ms) => dayOf(isoTime(ms)));
  const [first, last] = [dayOf(isoTime(fromMs)), dayOf(isoTime(toMs - 1))];
  const days = new Set([...minuteDays(source.records), ...sharedDays]);
  const wanted = { first: isoTime(fromMs), last: isoTime(toMs), channels };
  for (const day of [...days].sort()) {
    if (day < first || day > last) continue;
    const rows: Row[] = [];
    for (const minute of await source.minutes(day, view, wanted)) {
      const startMs = Date.parse(minute.ts);
      rows.push({ startMs, lengthS: MINUTE_S, told: minuteTold(minute, shares.get(startMs)) });
      shares.delete(startMs);
    }
    yield sharedDays.includes(day) ? withUnseen(rows, shares, day) : rows;
  }
}

/** The minutes of a day that nobody saw, but in which energy passed, among those that were seen. */
function withUnseen(rows: Row[], shares: Map<number, Share[]>, day: string): Row[] {
  const unseen = [...shares]
    .filter(([startMs]) => dayOf(isoTime(startMs)) === day)
    .map(([startMs, those]) => ({ startMs, lengthS: MINUTE_S, told: unseenTold(those) }));
  return [...rows, ...unseen].sort((a, b) => a.startMs - b.startMs);
}

/** What was recovered is told where it passed, not in the minute in which it was found. */
function minuteTold(minute: MinuteRecord, shares: readonly Share[] | undefined): Told {
  if (!minute.recovered && !shares) return minute;
  const { recovered, recovered_s = 0, ...seen } = minute;
  return {
    ...seen,
    ...secondsWith(seen, [...(shares ?? []), ...(recovered ? [] : [{ seconds: recovered_s }])]),
    energy: sumEnergies([minute.energy, ...(shares ?? []).map(({ energy }) => energy)]),
    channels: channelsWith(minute.channels, shares ?? []),
  };
}

function unseenTold(shares: readonly Share[]): Told {
  return {
    ...secondsWith({ covered_s: 0 }, shares),
    power: {},
    energy: sumEnergies(shares.map(({ energy }) => energy)),
    channels: channelsWith({}, shares),
  };
}

/** A block may lie over seconds that were watched: those are not recovered. */
function secondsWith(seen: Told | { covered_s: number }, shares: readonly { seconds: number }[]) {
  const found = shares.reduce((sum, { seconds }) => sum + seconds, 0);
  const recovered_s = Math.min(found, Math.max(0, MINUTE_S - knownSeconds(seen)));
  return { covered_s: seen.covered_s, ...(recovered_s > 0 && { recovered_s }) };
}

function channelsWith(own: MinuteRecord['channels'], shares: readonly Share[]): object {
  const sum = new ChannelSum();
  sum.add(own);
  for (const { channels } of shares) sum.add(channels);
  const sums: ChannelEnergies = sum.channels();
  const entries = Object.entries(sums).map(([id, kwh]) => [id, { ...own[id], ...kwh }]);
  return Object.fromEntries(entries);
}

async function* quarterRows(source: Source, wanted: RowsWanted): AsyncGenerator<Row[]> {
  const { channels = false, nowMs } = wanted;
  for await (const quarters of source.quarterBatches(wanted, channels)) {
    yield quarters.map((told) => {
      const startMs = Date.parse(told.ts);
      return { startMs, lengthS: soFarS(startMs, startMs + QUARTER_MS, nowMs), told };
    });
  }
}

/** Hours of the wall clock: in a zone of half hours they are none of UTC's. */
async function* hourRows(source: Source, wanted: RowsWanted): AsyncGenerator<Row[]> {
  const { fromMs, toMs, nowMs, channels = false } = wanted;
  const hours = new Hours(source.zone);
  let open: { startMs: number; endMs: number; quarters: QuarterRecord[] } | null = null;
  const row = ({ startMs, endMs, quarters }: NonNullable<typeof open>): Row => ({
    startMs,
    lengthS: soFarS(startMs, endMs, nowMs),
    told: hourTold(quarters),
  });
  const isWanted = ({ startMs }: Row) => startMs >= fromMs && startMs < toMs;
  const all = { fromMs, toMs: toMs + HOUR_MOST_MS };
  for await (const quarters of source.quarterBatches(all, channels)) {
    const rows: Row[] = [];
    for (const quarter of quarters) {
      const ms = Date.parse(quarter.ts);
      if (open && ms >= open.endMs) {
        rows.push(row(open));
        open = null;
      }
      open ??= { ...hours.around(ms), quarters: [] };
      open.quarters.push(quarter);
    }
    yield rows.filter(isWanted);
  }
  if (open) yield [row(open)].filter(isWanted);
}

function hourTold(quarters: readonly QuarterRecord[]): Told {
  const power = new PowerSum();
  const channels = new ChannelSum();
  for (const quarter of quarters) {
    power.add(quarter.power, quarter);
    channels.add(quarter.channels);
  }
  return { ...sumRecords(quarters), power: power.stats(), channels: channels.channels() };
}

class Hours {
  readonly #zone: string;
  #date = '';
  #starts: number[] = [];

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** The hour of the site that an instant is in. */
  around(ms: number): { startMs: number; endMs: number } {
    const date = dateAt(ms, this.#zone);
    if (date !== this.#date) {
      this.#date = date;
      this.#starts = [...hourStarts(date, this.#zone), dayBounds(date, this.#zone).endMs];
    }
    const next = this.#starts.findIndex((startMs) => startMs > ms);
    return { startMs: this.#starts[next - 1] ?? ms, endMs: this.#starts[next] ?? ms };
  }
}

async function* dayRows(
  source: Source,
  { fromMs, toMs, nowMs }: RowsWanted,
): AsyncGenerator<Row[]> {
  const days = await source.days(nowMs);
  yield days
    .filter((day) => isWithin(day, fromMs, toMs))
    .map((day) => periodRow(day, summaryOfDay(day, { nowMs }), nowMs));
}

async function* monthRows(
  source: Source,
  { fromMs, toMs, nowMs }: RowsWanted,
): AsyncGenerator<Row[]> {
  const months = await source.months(nowMs);
  yield months
    .filter((month) => isWithin(month, fromMs, toMs))
    .map((month) => periodRow(month, energySummary(month, { nowMs }), nowMs));
}

function isWithin({ start }: DayRecord | MonthRecord, fromMs: number, toMs: number): boolean {
  const startMs = Date.parse(start);
  return startMs >= fromMs && startMs < toMs;
}

function periodRow(
  record: DayRecord | MonthRecord,
  summary: NonNullable<Told['summary']>,
  nowMs: number,
): Row {
  const startMs = Date.parse(record.start);
  const lengthS = soFarS(startMs, Date.parse(record.end), nowMs);
  return { startMs, lengthS, told: { ...record, summary } };
}

/** From the start to the end, or to the last minute that can be on record, s. */
function soFarS(startMs: number, endMs: number, nowMs: number): number {
  const untilMs = nowMs < endMs ? Math.max(startMs + MINUTE_MS, recordedUntil(nowMs)) : endMs;
  return (Math.min(endMs, untilMs) - startMs) / 1_000;
}
