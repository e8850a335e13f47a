/**
 * The records of a site as they are at this moment: what the files hold, and what is not over yet
 * (this quarter hour, today, this month), worked out from the finer records. It reads files alone.
 */
import { join } from 'node:path';
import type { MinuteRecord } from '../journal/minute.ts';
import { dayOf, type Stretch } from '../journal/minutes.ts';
import { dateAt, dayBounds, monthOf } from '../rollup/calendar.ts';
import { readCorrections, readPrices } from '../rollup/correct/corrections.ts';
import { type PastView, readPastView } from '../rollup/correct/past-view.ts';
import { dayFolder } from '../rollup/files/files.ts';
import { readDays, readMonths } from '../rollup/files/read.ts';
import { deriveQuarters } from '../rollup/reconcile/derive.ts';
import type { DayRecord, MonthRecord, QuarterRecord } from '../rollup/records.ts';
import { makeDay } from '../rollup/sums/day.ts';
import { makeMonth } from '../rollup/sums/month.ts';
import { mergeQuarters } from '../rollup/sums/quarter.ts';
import { type Tile, tilesFrom } from '../rollup/sums/tile.ts';
import { priceDay } from '../rollup/tariff/bill.ts';
import { type BillState, lastBill } from '../rollup/tariff/bill-state.ts';
import { type PriceBook, tariffOn } from '../rollup/tariff/price-book.ts';
import { isoTime } from '../site/clock.ts';
import type { SiteConfig } from '../site/schema.ts';
import { contentOf, lastLineOf, listed, stampOf, startOf } from './files.ts';
import { minuteDays, readMinuteDay, type Wanted } from './minute-days.ts';
import { quarterFiles, quarterLines } from './quarter-lines.ts';
import type { ReaderSite } from './question.ts';
import { RecoveredMinutes } from './recovered.ts';

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;
const MINUTE_MS = 60_000;
/** A minute is recorded a little after it ended. */
const MINUTE_ARRIVES_MS = 5_000;
/** Without a row of a day on disk, the open time goes back no further: nobody keeps rows then. */
const OPEN_DAYS = 62;

export class Source {
  readonly records: string;
  readonly zone: string;
  readonly config: SiteConfig;
  readonly recovered: RecoveredMinutes;
  readonly #site: ReaderSite;
  #days: { stamp: string; days: DayRecord[] } | null = null;
  #end: { stamp: string; ms: number } | null = null;

  constructor(site: ReaderSite) {
    this.#site = site;
    this.records = site.records;
    this.config = site.config;
    this.zone = site.config.site.timezone;
    this.recovered = new RecoveredMinutes(site.records);
  }

  /** How the past is to be seen: read anew for each question. */
  view(): PastView {
    return readPastView(this.#site);
  }

  /** The minutes of a UTC day as they are to be seen, one each, in order. */
  async minutes(day: string, view: PastView, wanted: Wanted): Promise<MinuteRecord[]> {
    const channels = wanted.channels || this.#isCorrected();
    const minutes = await readMinuteDay(this.records, day, { ...wanted, channels });
    return minutes.map((minute) => {
      const quarterMs = Math.floor(Date.parse(minute.ts) / QUARTER_MS) * QUARTER_MS;
      const under = view.under(quarterMs, minute.config);
      return under === minute.config ? minute : view.minute(minute, under);
    });
  }

  /** The quarter hours that begin in a stretch, one each, in order, up to the one going on. */
  async quarters(stretch: Stretch): Promise<QuarterRecord[]> {
    const quarters: QuarterRecord[] = [];
    for await (const batch of this.quarterBatches(stretch, true)) quarters.push(...batch);
    return quarters;
  }

  /**
   * The same, some at a time.
   * @param whole  false: peaks, and what the channels say, may be left out
   */
  async *quarterBatches(stretch: Stretch, whole: boolean): AsyncGenerator<QuarterRecord[]> {
    const view = this.view();
    const corrected = this.#isCorrected();
    for (const lines of quarterLines(this.records, stretch, whole || corrected)) {
      yield corrected || !isOneEach(lines) ? mergeQuarters(view.quarters(lines)) : lines;
    }
    const openMs = Math.max(this.#quartersEndMs(), stretch.fromMs);
    if (openMs >= stretch.toMs) return;
    yield await this.#openQuarters({ fromMs: openMs, toMs: stretch.toMs }, view);
  }

  /** A correction is worked out from what the channels say. */
  #isCorrected(): boolean {
    return readCorrections(this.records).length > 0;
  }

  /** The end of the last quarter hour on disk; where there is none, the beginning of time. */
  #quartersEndMs(): number {
    const file = quarterFiles(this.records).at(-1);
    if (file === undefined) return Number.NEGATIVE_INFINITY;
    const stamp = stampOf(file);
    if (this.#end?.stamp !== stamp) {
      const content = contentOf(file);
      const startMs = startMsIn(content, lastLineOf(content));
      this.#end = { stamp, ms: startMs === null ? Number.NEGATIVE_INFINITY : startMs + QUARTER_MS };
    }
    return this.#end.ms;
  }

  async #openQuarters(stretch: Stretch, view: PastView): Promise<QuarterRecord[]> {
    const [first, last] = [dayOf(isoTime(stretch.fromMs)), dayOf(isoTime(stretch.toMs - 1))];
    const days = minuteDays(this.records).filter((day) => day >= first && day <= last);
    const minutes: MinuteRecord[] = [];
    for (const day of days) minutes.push(...(await readMinuteDay(this.records, day)));
    return mergeQuarters(view.quarters(deriveQuarters(minutes, stretch, view)));
  }

  /** The days on disk, in order; kept while their files stay as they are. */
  async closedDays(): Promise<readonly DayRecord[]> {
    const folder = dayFolder(this.records);
    const names = listed(folder, /^\d{4}\.jsonl$/);
    const stamp = names.map((name) => `${name} ${stampOf(join(folder, name))}`).join();
    if (this.#days?.stamp !== stamp) {
      const { days } = await readDays(this.records, '0000-01-01', '9999-12-31');
      this.#days = { stamp, days };
    }
    return this.#days.days;
  }

  /** From the first day that is not on disk to today, each as far as it has come. */
  async openDays(nowMs: number): Promise<DayRecord[]> {
    const closed = await this.closedDays();
    const last = closed.at(-1);
    const startMs = last ? Date.parse(last.end) : await this.#firstMs(nowMs);
    if (startMs === null || startMs > nowMs) return [];
    const seam = { startMs, after: last?.date ?? null, next: null, horizonMs: nowMs };
    const quarters = await this.quarters({ fromMs: startMs, toMs: nowMs });
    const book = readPrices(this.records);
    const days: DayRecord[] = [];
    let bill = lastBill(closed);
    for (const tile of tilesFrom({ ...seam, zone: this.zone })) {
      const [start, end] = [isoTime(tile.startMs), isoTime(tile.endMs)];
      const own = quarters.filter(({ ts }) => ts >= start && ts < end);
      const day = this.#day({ ...tile, quarters: own }, { book, bill, nowMs });
      days.push(day);
      bill = day.bill ?? bill;
    }
    return days;
  }

  /** A day as far as it has come, with its price so far. */
  #day(
    { date, startMs, endMs, quarters }: Tile & { quarters: QuarterRecord[] },
    { book, bill, nowMs }: { book: PriceBook; bill: BillState | null; nowMs: number },
  ): DayRecord {
    const { zone } = this;
    const day = makeDay({ date, zone, startMs, endMs, quarters });
    const tariff = tariffOn(book, date);
    if (tariff === null) return { ...day, tariff: null, money: null, bill: null };
    const length_s = (Math.min(endMs, recordedUntil(nowMs)) - startMs) / 1_000;
    const priced = priceDay({ date, zone, length_s, quarters }, { tariff, before: bill });
    return { ...day, tariff: priced.mark, money: priced.money, bill: priced.bill };
  }

  /** The start of the oldest day where none was ever closed; null where nothing is recorded. */
  async #firstMs(nowMs: number): Promise<number | null> {
    const [file] = quarterFiles(this.records);
    const [day] = minuteDays(this.records);
    const [minute] = day ? await readMinuteDay(this.records, day) : [];
    const starts = [
      file ? startMsIn(contentOf(file), 0) : null,
      minute ? Date.parse(minute.ts) : null,
    ];
    const known = starts.filter((startMs) => startMs !== null);
    if (known.length === 0) return null;
    const firstMs = Math.max(Math.min(...known), nowMs - OPEN_DAYS * DAY_MS);
    return dayBounds(dateAt(firstMs, this.zone), this.zone).startMs;
  }

  /** All days with a row, and those that are not over, in order. */
  async days(nowMs: number): Promise<DayRecord[]> {
    return [...(await this.closedDays()), ...(await this.openDays(nowMs))];
  }

  /** Whether a month with a row touches a stretch. */
  async hasMonthIn({ fromMs, toMs }: Stretch): Promise<boolean> {
    const { months } = await readMonths(this.records);
    return months.some(({ start, end }) => Date.parse(end) > fromMs && Date.parse(start) < toMs);
  }

  /** All months with a row, and those that are not over, in order. */
  async months(nowMs: number): Promise<MonthRecord[]> {
    const { months } = await readMonths(this.records);
    const last = months.at(-1)?.month ?? '';
    const open = (await this.days(nowMs)).filter(({ date }) => monthOf(date) > last);
    const byMonth = Map.groupBy(open, ({ date }) => monthOf(date));
    return [...months, ...[...byMonth].map(([month, days]) => makeMonth(month, this.zone, days))];
  }
}

/** The end of the last minute that can be on record. */
export function recordedUntil(nowMs: number): number {
  return Math.floor((nowMs - MINUTE_ARRIVES_MS) / MINUTE_MS) * MINUTE_MS;
}

/** In order, and as they were measured: hardly ever are they not. */
function isOneEach(lines: readonly QuarterRecord[]): boolean {
  return lines.every(
    ({ ts, as }, index) => as === undefined && (index === 0 || (lines[index - 1]?.ts ?? '') < ts),
  );
}

/** Of a line as we write it, ms; null for another. */
function startMsIn(content: Buffer, at: number): number | null {
  const ts = startOf(content, at);
  return ts === null ? null : Date.parse(ts);
}

export function sourceOf(site: ReaderSite): Source {
  return new Source(site);
}
