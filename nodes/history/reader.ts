/**
 * The way to the past for everybody in the main thread: one worker for a folder of records, started
 * by the first question and ended when nobody has asked for a while. The stream of the present never
 * waits for it.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../site/clock.ts';
import type { Site } from '../site/config.ts';
import { asError, ERROR_CODES, type ErrorCode, SolthriveError, sayWhat } from '../site/errors.ts';
import type {
  Failure,
  FromWorker,
  Heads,
  Question,
  ReaderSite,
  Slabs,
  ToWorker,
} from './question.ts';

/** Questions being answered or waiting; more would only wait longer than anybody does. */
const OPEN_QUESTIONS = 8;
const IDLE_MS = 60_000;
/** Of a single reply. A disk that hangs must not hold the eight questions for ever. */
const REPLY_WITHIN_MS = 30_000;
const ASK_AGAIN_S = 2;
const SLAB_BYTES = 128 * 1024;
/** A day of minutes is the most that is in memory at a time; a Pi has no more to spare. */
const LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 };

/** The worker is compiled, or not, as this module is. */
const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

export interface Answer<Head> {
  head: Head;
  /**
   * To be read once. Who wants no more of it stops in the middle, or aborts. A text is good until the
   * next one is asked for.
   */
  text: AsyncIterable<Uint8Array>;
}

export interface Reader {
  /**
   * @param signal  aborted when nobody wants the answer any more
   * @throws SolthriveError `busy`, `history_failed`, or what is wrong with the question
   */
  ask<Kind extends Question['kind']>(
    question: Extract<Question, { kind: Kind }>,
    signal?: AbortSignal,
  ): Promise<Answer<Heads[Kind]>>;
  /** To be called once by whoever acquired it; the last one ends the worker. */
  release(): Promise<void>;
}

export interface ReaderOptions {
  clock: Clock;
  /** Of the worker's module. */
  worker?: URL;
}

const readers = new Map<string, { reader: RecordReader; holders: number }>();

/** The reader of a site's records, shared by all who hold it. */
export function acquireReader(site: Site, { clock, worker = WORKER }: ReaderOptions): Reader {
  const key = site.paths.records;
  const shared = readers.get(key) ?? { reader: new RecordReader(site, clock, worker), holders: 0 };
  readers.set(key, shared);
  shared.holders += 1;
  let held = true;
  return {
    ask: (question, signal) => shared.reader.ask(question, signal),
    async release() {
      if (!held) return;
      held = false;
      shared.holders -= 1;
      if (shared.holders > 0) return;
      readers.delete(key);
      await shared.reader.end();
    },
  };
}

interface Reading {
  id: number;
  slabs: Slabs;
  /** Of the first text. */
  length: number;
  forget: () => void;
}

interface Waiting {
  resolve(message: FromWorker): void;
  reject(error: Error): void;
  deadline: Timer;
}

class RecordReader {
  readonly #site: ReaderSite;
  readonly #clock: Clock;
  readonly #url: URL;
  #worker: Worker | null = null;
  #idle: Timer | null = null;
  #ended = false;
  #lastId = 0;
  /** Questions whose answer is not complete, with the slabs in which it comes. */
  readonly #open = new Map<number, Slabs>();
  /** Those that no question has now; a new worker gets new ones. */
  #slabs: Slabs[] = [];
  /** Of those, the ones that wait for a reply now. */
  readonly #waiting = new Map<number, Waiting>();

  constructor({ paths, config, hash }: Site, clock: Clock, url: URL) {
    this.#site = { records: paths.records, data: paths.data, config, hash };
    this.#clock = clock;
    this.#url = url;
  }

  async ask<Kind extends Question['kind']>(
    question: Extract<Question, { kind: Kind }>,
    signal?: AbortSignal,
  ): Promise<Answer<Heads[Kind]>> {
    if (this.#ended) throw failed('stopped');
    if (this.#open.size >= OPEN_QUESTIONS) {
      throw new SolthriveError('busy', { seconds: ASK_AGAIN_S });
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const slabs = this.#slabs.pop() ?? newSlabs();
    this.#open.set(id, slabs);
    const cancel = () => this.#cancel(id);
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    const forget = () => signal?.removeEventListener('abort', cancel);
    try {
      const reply = await this.#request({ id, ask: question, slabs });
      if (!('head' in reply)) throw failed('no_answer');
      if (reply.length === 0) {
        forget();
        this.#close(id);
      }
      return {
        head: reply.head as Heads[Kind],
        text: this.#text({ id, slabs, length: reply.length, forget }),
      };
    } catch (thrown) {
      forget();
      this.#close(id);
      throw thrown;
    }
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#idle?.cancel();
    this.#fail(failed('stopped'));
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  /** One text is always asked for ahead, so that reading goes on while the client takes the last. */
  async *#text({ id, slabs, length, forget }: Reading): AsyncGenerator<Uint8Array> {
    try {
      let slab: 0 | 1 = 0;
      for (let left = length; left > 0; ) {
        const text = new Uint8Array(slabs[slab], 0, left);
        slab = slab === 0 ? 1 : 0;
        const next = this.#request({ id, more: slab });
        // Whoever stops reading does not hear how it would have gone on.
        next.catch(() => undefined);
        yield text;
        const reply = await next;
        left = 'length' in reply ? reply.length : 0;
      }
      this.#close(id);
    } finally {
      forget();
      this.#cancel(id);
    }
  }

  #request(message: ToWorker): Promise<FromWorker> {
    if (!this.#open.has(message.id)) return Promise.reject(failed('withdrawn'));
    const worker = this.#start();
    return new Promise((resolve, reject) => {
      const deadline = this.#clock.after(REPLY_WITHIN_MS, () =>
        this.#abandon(worker, failed('slow')),
      );
      this.#waiting.set(message.id, { resolve, reject, deadline });
      worker.postMessage(message);
    });
  }

  #start(): Worker {
    this.#idle?.cancel();
    this.#idle = null;
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#url, { workerData: this.#site, resourceLimits: LIMITS });
    worker.on('message', (message: FromWorker) => this.#take(message));
    worker.on('error', (error) => {
      const what = asError(error).message;
      this.#abandon(worker, new SolthriveError('history_failed', { what }, error));
    });
    worker.on('exit', () => this.#abandon(worker, failed('ended')));
    this.#worker = worker;
    return worker;
  }

  #take(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    waiting?.deadline.cancel();
    if ('failed' in message) waiting?.reject(errorOf(message.failed));
    else waiting?.resolve(message);
  }

  /** A worker that failed takes all its questions with it; the next question gets a new one. */
  #abandon(worker: Worker, error: SolthriveError): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#fail(error);
    worker.terminate().catch(() => undefined);
  }

  #fail(error: Error): void {
    this.#open.clear();
    this.#slabs = [];
    for (const { reject, deadline } of this.#waiting.values()) {
      deadline.cancel();
      reject(error);
    }
    this.#waiting.clear();
  }

  #cancel(id: number): void {
    if (!this.#open.has(id)) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.deadline.cancel();
    waiting?.reject(failed('withdrawn'));
    this.#worker?.postMessage({ id, cancel: true } satisfies ToWorker);
    this.#close(id);
  }

  #close(id: number): void {
    const slabs = this.#open.get(id);
    if (slabs) this.#slabs.push(slabs);
    this.#open.delete(id);
    if (this.#open.size > 0 || this.#worker === null) return;
    this.#idle?.cancel();
    this.#idle = this.#clock.after(IDLE_MS, () => {
      const worker = this.#worker;
      this.#worker = null;
      this.#slabs = [];
      worker?.terminate().catch(() => undefined);
    });
  }
}

function newSlabs(): Slabs {
  return [new SharedArrayBuffer(SLAB_BYTES), new SharedArrayBuffer(SLAB_BYTES)];
}

function failed(why: string): SolthriveError {
  return new SolthriveError('history_failed', { what: sayWhat(`history.${why}`) });
}

function errorOf({ code, params }: Failure): SolthriveError {
  const known = ERROR_CODES.find((one) => one === code) satisfies ErrorCode | undefined;
  return new SolthriveError(known ?? 'history_failed', params);
}
