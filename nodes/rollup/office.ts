/**
 * The way to the records' one writer, for everybody in the main thread: keeps its worker running, and
 * lets it finish what it writes before it ends.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MinuteRecord } from '../journal/minute.ts';
import { type Clock, isoTime, type Timer } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import type { Site } from '../site/config.ts';
import { asError, SolthriveError, sayWhat } from '../site/errors.ts';
import { errorOf, type FromWorker, type RollupSite, type ToWorker } from './desk.ts';
import type { RollupStorage } from './live.ts';
import type { News } from './now.ts';

/**
 * A month of quarter hours is the most that is in memory at a time; a Pi has no more to spare. The
 * thread idles but for its start: with a young heap of 16 MB that costs a tenth less time, and leaves
 * 13 to 35 MB more behind until V8 gives them back minutes later.
 */
const LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 6 };
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
/** One that ran for so long was well: the next pause is the first again. */
const WELL_AFTER_MS = 600_000;

/** The worker is compiled, or not, as this module is. */
const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

export interface OfficeOptions {
  clock: Clock;
  onNews: (news: News[]) => void;
  onStorage: (state: RollupStorage) => void;
  /** The worker has ended by itself; it is started again. */
  onFailed: (error: SolthriveError) => void;
  /** Of the worker's module. */
  worker?: URL;
}

interface Running {
  resolve(value: unknown): void;
  reject(error: Error): void;
  progress: (done: number, of: number) => void;
}

const offices = new Map<string, RollupOffice>();
/** Offices whose worker may still write: whoever comes next waits for it. */
const closings = new Map<string, Promise<void>>();

/** The office of a records folder; undefined where nobody keeps it. */
export function officeOf(records: string): RollupOffice | undefined {
  return offices.get(records);
}

/** Opens the office of a site's records, once the one before it has closed. */
export function openOffice({ paths, config }: Site, options: OfficeOptions): RollupOffice {
  const { records, data, run } = paths;
  const before = offices.get(records)?.close() ?? closings.get(records);
  const office = new RollupOffice({ records, data, run, config }, options, before);
  offices.set(records, office);
  return office;
}

export class RollupOffice {
  readonly #site: RollupSite;
  readonly #options: OfficeOptions;
  #worker: Worker | null = null;
  #startedMs = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: Timer | null = null;
  #closing: Promise<void> | null = null;
  #lastId = 0;
  readonly #running = new Map<number, Running>();

  constructor(site: RollupSite, options: OfficeOptions, before: Promise<void> | undefined) {
    this.#site = site;
    this.#options = options;
    if (before === undefined) this.#start();
    else void before.then(() => this.#start());
  }

  /** Minutes that are on the disk. Without a worker they are dropped: the next one reads the disk. */
  take(minutes: readonly MinuteRecord[]): void {
    this.#say({ do: 'take', minutes });
  }

  /**
   * Runs a job of `JOBS` where nobody else writes.
   * @returns what the job tells
   * @throws what the job throws; SolthriveError `rollup_failed` where the worker ends before it
   */
  run(
    job: string,
    params: unknown,
    progress: (done: number, of: number) => void = () => undefined,
  ): Promise<unknown> {
    if (this.#worker === null || this.#closing !== null) {
      const what = sayWhat('rollup.not_running');
      return Promise.reject(new SolthriveError('rollup_failed', { what }));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#running.set(id, { resolve, reject, progress });
      this.#say({ do: 'run', id, job, params });
    });
  }

  /** Resolves when the worker has finished what it was writing, within 5 s. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { records } = this.#site;
    if (offices.get(records) === this) offices.delete(records);
    this.#timer?.cancel();
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    this.#say({ do: 'close' });
    const closed = within(this.#options.clock, ended)
      // Each write is whole or not at all, so even a disk that hangs leaves nothing half.
      .then(() => worker.terminate())
      .then(() => {
        if (closings.get(records) === closed) closings.delete(records);
      });
    closings.set(records, closed);
    await closed;
  }

  #say(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #start(): void {
    if (this.#closing !== null) return;
    const { clock, worker: url = WORKER } = this.#options;
    const worker = new Worker(url, { workerData: this.#site, resourceLimits: LIMITS });
    this.#worker = worker;
    this.#startedMs = clock.mono();
    let why = sayWhat('rollup.stopped');
    worker.on('message', (message: FromWorker) => this.#hear(message));
    worker.on('error', (error) => {
      why = asError(error).message;
    });
    worker.on('exit', () => this.#ended(why));
  }

  #hear(message: FromWorker): void {
    if (message.is === 'news') this.#options.onNews(message.news);
    else if (message.is === 'storage') this.#options.onStorage(message.state);
    else if (message.is === 'progress') {
      this.#running.get(message.id)?.progress(message.done, message.of);
    } else {
      const running = this.#running.get(message.id);
      this.#running.delete(message.id);
      if (message.is === 'result') running?.resolve(message.value);
      else running?.reject(errorOf(message.failure));
    }
  }

  #ended(what: string): void {
    const { clock, onFailed, onStorage } = this.#options;
    this.#worker = null;
    const error = new SolthriveError('rollup_failed', { what });
    for (const { reject } of this.#running.values()) reject(error);
    this.#running.clear();
    if (this.#closing !== null) return;
    onFailed(error);
    const { code, message } = error;
    const ts = isoTime(clock.now());
    onStorage({ source: 'rollup', ok: false, ts, waiting: 0, lost: 0, error: { code, message } });
    if (clock.mono() - this.#startedMs >= WELL_AFTER_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#timer = clock.after(this.#pauseMs, () => this.#start());
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 4);
  }
}
