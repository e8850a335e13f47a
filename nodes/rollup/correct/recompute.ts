/**
 * What would become of the past under the wiring and the prices of now. Everything is tried in memory;
 * nothing here writes.
 */
import { hashOf, type RecordedConfig, recordedConfig } from '../../site/hash.ts';
import { readRecordedConfig } from '../../site/last-good.ts';
import { addDays, dateAt, dayBounds } from '../calendar.ts';
import { DayFiles } from '../files/day-files.ts';
import { QUARTER_MS } from '../files/files.ts';
import { minuteDays, stretchOfDay } from '../files/minute-days.ts';
import { readQuarterLines } from '../files/read.ts';
import { recordDisk } from '../files/store.ts';
import { TrialDisk } from '../files/trial-disk.ts';
import type { JobContext } from '../jobs.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import type { DayRecord } from '../records.ts';
import { configuredBook, followsFrom, type PriceBook } from '../tariff/price-book.ts';
import { type Correctable, whatCanBeCorrected } from './correct.ts';
import {
  type Correction,
  correctedPrices,
  effectiveConfig,
  type PriceCorrection,
  readCorrections,
  readPrices,
} from './corrections.ts';
import { PastView } from './past-view.ts';

/** What is to be recomputed. Dates are the site's own, both included. */
export interface Request {
  from: string;
  /** Left out, up to now. */
  to?: string | undefined;
  /** Signs, ratios, roles and where solar joins. */
  channels: boolean;
  tariff: boolean;
}

/** What a day says of itself; kWh, and money in its currency. */
export interface DayFigures {
  solar_kwh: number | null;
  home_kwh: number | null;
  import_kwh: number | null;
  export_kwh: number | null;
  cost: number | null;
  savings: number | null;
  currency: string | null;
}

export interface DayChange {
  date: string;
  was: DayFigures;
  now: DayFigures;
  /** Reckoned from 15-minute sums: its minutes are gone. */
  estimated: boolean;
}

/** How the configuration of some records differs from the one of now. */
export interface ConfigDifference extends Partial<Correctable> {
  config: string;
  /** The time in which it measured: starts of quarter hours, UTC. */
  first: string;
  last: string;
  /** False where it was not kept: then nothing can be said of it, and nothing is corrected. */
  known: boolean;
}

export interface Preview {
  /** Short hash of the configuration that is applied. */
  config: string;
  differences: ConfigDifference[];
  changes: DayChange[];
  /** Days that stay as they are because their 15-minute records are gone. */
  beyond: { first: string; last: string; days: number } | null;
}

export interface Plan {
  request: Request;
  preview: Preview;
  fromMs: number;
  toMs: number;
  /** Left out where no wiring changes. */
  config?: { hash: string; recorded: RecordedConfig };
  /** Left out where no price changes. */
  prices?: PriceCorrection;
}

/**
 * @throws SolthriveError `corrections_damaged`, `config_unreadable`; the system's error
 */
export async function planRecompute(context: JobContext, request: Request): Promise<Plan> {
  const { config, records } = context;
  const zone = config.site.timezone;
  const fromMs = dayBounds(request.from, zone).startMs;
  const toMs = request.to ? dayBounds(request.to, zone).endMs : endOfQuarter(context.clock.now());
  const hash = hashOf(config);
  const bookBefore = readPrices(records);
  const prices = request.tariff ? await newPrices(context, request) : null;
  const book = prices ? correctedPrices(bookBefore, [{ prices }]) : bookBefore;
  const corrections = readCorrections(records);
  const span = { fromMs, toMs, hash };
  const differences = request.channels ? await differencesOf(context, corrections, span) : [];
  const rewires = differences.some(({ applies = [] }) => applies.length > 0);
  const entry: Correction[] = rewires ? [correction(span)] : [];

  const [was, now] = [
    await tried(context, { corrections, book: bookBefore, fromMs }, 0),
    await tried(context, { corrections: [...corrections, ...entry], book, fromMs }, 1),
  ];
  const changes = changesBetween(was, now, request);
  const beyond = await beyondReach(context, { was, request });
  return {
    request,
    preview: { config: hash, differences, changes, beyond },
    fromMs,
    toMs,
    ...(rewires && { config: { hash, recorded: recordedConfig(config) } }),
    ...(prices && JSON.stringify(book) !== JSON.stringify(bookBefore) && { prices }),
  };
}

/** A quarter hour is corrected as a whole. */
function endOfQuarter(ms: number): number {
  return Math.ceil(ms / QUARTER_MS) * QUARTER_MS;
}

/** Today and what is to come follow the configuration anyway. Null where nothing else is asked for. */
async function newPrices(
  { records, config, clock }: JobContext,
  { from, to }: Request,
): Promise<PriceCorrection | null> {
  const rows = await new DayFiles(recordDisk, records).read();
  const today = dateAt(clock.now(), config.site.timezone);
  const open = followsFrom({ today, lastDay: rows.at(-1)?.record.date ?? null });
  const until = to === undefined || addDays(to, 1) > open ? open : addDays(to, 1);
  const book = configuredBook(config.tariffs).filter((entry) => entry.from < until);
  return from < until ? { from, until, book } : null;
}

interface Span {
  fromMs: number;
  toMs: number;
  hash: string;
}

/** An entry as it would be; it is never written. */
function correction({ fromMs, toMs, hash }: Span): Correction {
  return { id: '', made_at: '', from: '', to: '', config: hash, fromMs, toMs };
}

/** What is seen as the configuration of now would see it already is no difference. */
async function differencesOf(
  { records, data, config }: JobContext,
  corrections: readonly Correction[],
  { fromMs, toMs, hash }: Span,
): Promise<ConfigDifference[]> {
  const { lines } = await readQuarterLines(records, { fromMs, toMs });
  const found = new Map<string, { own: string; seen: string; first: string; last: string }>();
  for (const { config: own, ts } of lines) {
    const seen = effectiveConfig(corrections, Date.parse(ts), own);
    const key = `${own} ${seen}`;
    if (seen !== hash) found.set(key, { own, seen, first: found.get(key)?.first ?? ts, last: ts });
  }
  const now = recordedConfig(config);
  const configOf = (one: string) => (one === hash ? now : readRecordedConfig(data, one));
  return [...found.values()].map(({ own, seen, first, last }) => {
    const [was, shown] = [configOf(own), configOf(seen)];
    if (was === null || shown === null) return { config: own, first, last, known: false };
    const { applies } = whatCanBeCorrected(shown, now);
    const { doesNot } = whatCanBeCorrected(was, now);
    return { config: own, first, last, known: true, applies, doesNot };
  });
}

interface Trial {
  corrections: readonly Correction[];
  book: PriceBook;
  fromMs: number;
}

/** The days as they would be. */
async function tried(
  context: JobContext,
  { corrections, book, fromMs }: Trial,
  turn: 0 | 1,
): Promise<DayRecord[]> {
  const { config, data } = context;
  const configs = new Map<string, RecordedConfig | null>([
    [hashOf(config), recordedConfig(config)],
  ]);
  const configOf = (hash: string) => {
    const known = configs.get(hash);
    if (known !== undefined) return known;
    const read = readRecordedConfig(data, hash);
    configs.set(hash, read);
    return read;
  };
  const { days } = await reconcile({
    ...context,
    disk: new TrialDisk(),
    stretch: { fromMs, toMs: Number.POSITIVE_INFINITY },
    instead: { view: new PastView(corrections, configOf), book },
    progress: (done, of) => context.progress(done + turn * of, 2 * of),
  });
  return days;
}

function changesBetween(
  before: readonly DayRecord[],
  after: readonly DayRecord[],
  { from }: Request,
): DayChange[] {
  const known = new Map(before.map((day) => [day.date, day]));
  return after.flatMap((day) => {
    const old = known.get(day.date);
    if (day.date < from || !old) return [];
    const [was, now] = [figuresOf(old), figuresOf(day)];
    if (JSON.stringify(was) === JSON.stringify(now)) return [];
    return [{ date: day.date, was, now, estimated: day.estimated ?? false }];
  });
}

function figuresOf({ energy, money }: DayRecord): DayFigures {
  const { solar_kwh, home_kwh, import_kwh, export_kwh } = energy;
  const { cost = null, savings = null, currency = null } = money ?? {};
  return { solar_kwh, home_kwh, import_kwh, export_kwh, cost, savings, currency };
}

/** Days of the request of which neither minutes nor 15-minute records are left. */
async function beyondReach(
  { records }: JobContext,
  { was, request: { from, to } }: { was: readonly DayRecord[]; request: Request },
): Promise<Preview['beyond']> {
  const asked = was.filter(({ date }) => date >= from && (to === undefined || date <= to));
  const bounds = boundsOf(asked);
  if (bounds === null) return null;
  const [first] = (await readQuarterLines(records, bounds)).lines;
  const oldest = (await minuteDays(records)).at(-1);
  const reachMs = Math.min(
    first ? Date.parse(first.ts) : Number.POSITIVE_INFINITY,
    oldest ? stretchOfDay(oldest).fromMs : Number.POSITIVE_INFINITY,
  );
  const gone = asked.filter(({ end, covered_s }) => covered_s > 0 && Date.parse(end) <= reachMs);
  const [oldestGone, newestGone] = [gone[0], gone.at(-1)];
  if (!oldestGone || !newestGone) return null;
  return { first: oldestGone.date, last: newestGone.date, days: gone.length };
}

function boundsOf(days: readonly DayRecord[]): { fromMs: number; toMs: number } | null {
  const [first, last] = [days[0], days.at(-1)];
  return first && last ? { fromMs: Date.parse(first.start), toMs: Date.parse(last.end) } : null;
}
