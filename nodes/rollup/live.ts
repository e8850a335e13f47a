/**
 * Keeps the records above the minute up to date while minutes come in, and tells how the day and the
 * month go. It never throws at whoever measures: what the disk refuses is tried again.
 */
import { mergeMinutes } from '../journal/merge.ts';
import type { MinuteRecord } from '../journal/minute.ts';
import type { StorageState } from '../journal/minute-store.ts';
import type { Stretch } from '../journal/minutes.ts';
import { type Clock, isoTime, type Timer } from '../site/clock.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import { QUARTER_MS, quarterFolder } from './files/files.ts';
import { minuteDays, readMinuteDay, utcDay } from './files/minute-days.ts';
import { QuarterSource } from './files/quarter-source.ts';
import { recordDisk } from './files/store.ts';
import { type News, Now, newsOf } from './now.ts';
import { deriveQuarters } from './reconcile/derive.ts';
import { GRACE_MS, type Reconciled, reconcile } from './reconcile/reconcile.ts';
import { quarterLines } from './reconcile/reconcile-quarters.ts';
import { maintain, type RetentionTask } from './reconcile/retention.ts';
import { mergeQuarters } from './sums/quarter.ts';

const RETRY_MS = 60_000;
/** How often it is looked for files to pack or remove. */
const MAINTAIN_EVERY_MS = 6 * 3_600_000;
const ALL: Stretch = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** Whether the records above the minute reach the disk; on topic `storage`. */
export interface RollupStorage extends StorageState {
  source: 'rollup';
}

export interface RollupOptions {
  site: Omit<RetentionTask, 'clock'>;
  clock: Clock;
  /** Whether the clock can be believed. */
  trusted: () => Promise<boolean>;
  onNews: (news: News[]) => void;
  /** On each change between well and not, and first of all. */
  onState: (state: RollupStorage) => void;
}

export class Rollup {
  readonly #options: RollupOptions;
  #now: Now | null = null;
  /** Minutes of quarter hours that have not ended, by minute and run. */
  #minutes = new Map<string, MinuteRecord>();
  /** Where the disk may not say what the minutes say. */
  #unsettled: Stretch | null = ALL;
  #ok: boolean | null = null;
  #timer: Timer | null = null;
  #maintainAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;
  /** One thing after the other, and the last of them settles. */
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;

  constructor(options: RollupOptions) {
    this.#options = options;
  }

  /** Brings everything on disk in order and begins to tell. */
  start(): Promise<void> {
    return this.#do(() => this.#settle());
  }

  /**
   * Takes minutes that are on the disk, new or late, in any order. The journal tells each by itself:
   * those that have come meanwhile are looked at together.
   */
  take(minutes: readonly MinuteRecord[]): Promise<void> {
    return this.#do(async () => {
      for (const minute of minutes) this.#note(minute);
      if (this.#queued === 0) await this.#settle();
    });
  }

  /**
   * Does something with the files while nothing else does, and goes on from what they say then.
   * @throws what `work` throws; SolthriveError `not_running` once closed
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const started: Promise<T>[] = [];
    await this.#do(async () => {
      const working = work();
      started.push(working);
      await working.catch(() => undefined);
      this.#unsettled = ALL;
      await this.#settle();
    });
    return started[0] ?? Promise.reject(new SolthriveError('not_running'));
  }

  /** Lets what is being written come to its end; nothing is begun any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue;
    this.#timer?.cancel();
  }

  #do(work: () => Promise<void>): Promise<void> {
    this.#queued += 1;
    this.#queue = this.#queue.then(async () => {
      this.#queued -= 1;
      if (!this.#closed) await work();
    });
    return this.#queue;
  }

  /** Sorts a minute in: what has ended already must be looked at again. */
  #note(minute: MinuteRecord): void {
    const ms = Date.parse(minute.ts);
    const openMs = this.#now?.openFromMs ?? Number.POSITIVE_INFINITY;
    if (ms >= openMs) this.#remember(minute);
    const toldMs = minute.recovered ? Date.parse(minute.recovered.from) : ms;
    const fromMs = Math.min(ms, toldMs);
    if (fromMs < openMs) this.#unsettled = both(this.#unsettled, { fromMs, toMs: openMs });
  }

  #remember(minute: MinuteRecord): void {
    const key = `${minute.ts} ${minute.run}`;
    const known = this.#minutes.get(key);
    if (!known || known.rev < minute.rev) this.#minutes.set(key, minute);
  }

  /** Writes what there is to write and tells how it went. Never rejects. */
  async #settle(): Promise<void> {
    const { clock, onNews } = this.#options;
    this.#timer?.cancel();
    try {
      const trusted = await this.#options.trusted();
      await this.#write(trusted);
      if (trusted) await this.#maintain();
      this.#tell();
    } catch (thrown) {
      this.#tell(asError(thrown));
    }
    // While more minutes wait, the day so far would be old before anybody reads it.
    if (this.#now && this.#queued === 0) onNews(this.#soFar(this.#now));
    if (this.#closed) return;
    this.#timer = clock.after(this.#waitMs(), () => void this.#do(() => this.#settle()));
  }

  async #maintain(): Promise<void> {
    const { site, clock } = this.#options;
    if (clock.mono() < this.#maintainAtMs) return;
    await maintain({ ...site, clock });
    this.#maintainAtMs = clock.mono() + MAINTAIN_EVERY_MS;
  }

  async #write(trusted: boolean): Promise<void> {
    const endedMs = Math.floor((this.#options.clock.now() - GRACE_MS) / QUARTER_MS) * QUARTER_MS;
    const now = this.#now;
    const isAllWell = this.#unsettled === null;
    if (now && isAllWell && endedMs <= now.openFromMs) return;
    const newlyEnded = { fromMs: now?.openFromMs ?? ALL.fromMs, toMs: endedMs };
    this.#unsettled = both(this.#unsettled, newlyEnded);
    const isUsual = now && isAllWell && endedMs < now.tile.endMs;
    if (!isUsual || !(await this.#append(now, newlyEnded))) {
      await this.#reconcile(this.#unsettled, trusted);
    }
    this.#unsettled = null;
  }

  /**
   * The usual way on: the quarter hours that have just ended go to the end of their file.
   * @returns false where they do not belong there
   */
  async #append(now: Now, ended: Stretch): Promise<boolean> {
    const { records, disk = recordDisk } = this.#options.site;
    const lines = deriveQuarters(mergeMinutes(this.#minutes.values()), ended, now.view);
    for (const line of lines) {
      if (!(await quarterLines(disk, records, line.ts.slice(0, 7)).append(line))) return false;
    }
    now.goOn(mergeQuarters(now.view.quarters(lines)), ended.toMs);
    this.#forget(ended.toMs);
    return true;
  }

  async #reconcile(stretch: Stretch, trusted: boolean): Promise<void> {
    const { site, clock, onNews } = this.#options;
    const isAll = stretch.fromMs === ALL.fromMs;
    const done = await reconcile({ ...site, clock, trusted, ...(!isAll && { stretch }) });
    this.#now = await this.#reload(done);
    const news = newsOf(done);
    if (news.length > 0) onNews(news);
  }

  /** What has not ended, as the files tell it. */
  async #reload(done: Reconciled): Promise<Now> {
    const { records, config, disk = recordDisk } = this.#options.site;
    const now = new Now(done, config.site.timezone);
    const source = new QuarterSource(records, disk, done.view);
    now.goOn(await source.between(now.tile.startMs, done.openFromMs), done.openFromMs);
    const days = await minuteDays(records, disk);
    for (const day of days.filter((one) => one >= utcDay(done.openFromMs))) {
      const { minutes } = await readMinuteDay(disk, records, day);
      for (const minute of minutes) this.#remember(minute);
    }
    this.#forget(done.openFromMs);
    return now;
  }

  #forget(beforeMs: number): void {
    for (const [key, { ts }] of this.#minutes) {
      if (Date.parse(ts) < beforeMs) this.#minutes.delete(key);
    }
  }

  #soFar(now: Now): News[] {
    const open = { fromMs: now.openFromMs, toMs: Math.max(now.openFromMs, now.tile.endMs) };
    const lines = deriveQuarters(mergeMinutes(this.#minutes.values()), open, now.view);
    return now.news(mergeQuarters(now.view.quarters(lines)), this.#options.clock.now());
  }

  #waitMs(): number {
    if (!this.#ok || !this.#now) return RETRY_MS;
    const nextMs = this.#now.openFromMs + QUARTER_MS + GRACE_MS - this.#options.clock.now();
    return Math.min(QUARTER_MS, Math.max(1_000, nextMs));
  }

  #tell(failed?: Error): void {
    const ok = failed === undefined;
    if (ok === this.#ok) return;
    this.#ok = ok;
    const file = quarterFolder(this.#options.site.records);
    const known = failed instanceof SolthriveError ? failed : null;
    const error =
      failed && (known ?? new SolthriveError('storage_failed', { file, what: failed.message }));
    this.#options.onState({
      source: 'rollup',
      ok,
      ts: isoTime(this.#options.clock.now()),
      waiting: this.#minutes.size,
      lost: 0,
      ...(error && { error: { code: error.code, message: error.message } }),
    });
  }
}

function both(a: Stretch | null, b: Stretch): Stretch {
  if (a === null) return b;
  return { fromMs: Math.min(a.fromMs, b.fromMs), toMs: Math.max(a.toMs, b.toMs) };
}
