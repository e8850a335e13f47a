/** The thread that reads the past: takes questions, gives texts one by one as they are asked for. It writes nothing. */
import { constants, setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { asError, SolthriveError } from '../site/errors.ts';
import { speakLanguage } from '../site/words.ts';
import { answerTo } from './answers.ts';
import type { Failure, FromWorker, Question, ReaderSite, Slabs, ToWorker } from './question.ts';
import { sourceOf } from './source.ts';

// Of this thread alone: what is live goes first where both want the processor.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
if (parentPort === null) throw new Error('this is a worker thread');
serve(parentPort, workerData as ReaderSite);

function serve(port: MessagePort, site: ReaderSite): void {
  speakLanguage(site.config.site.language);
  const source = sourceOf(site);
  /** Of the questions that are open; null until the head is known. */
  const open = new Map<number, Writer | null>();
  const say = (message: FromWorker) => port.postMessage(message);

  const goOn = async (id: number, writer: Writer, slab: 0 | 1): Promise<number> => {
    const length = await writer.fill(slab);
    if (length === 0) open.delete(id);
    return length;
  };
  const begin = async (id: number, question: Question, slabs: Slabs): Promise<void> => {
    open.set(id, null);
    const { head, text } = await answerTo(question, source);
    // It may have been taken back in the meantime: then the slabs are another's.
    if (!open.has(id)) return;
    const writer = new Writer(text, slabs);
    open.set(id, writer);
    const length = await goOn(id, writer, 0);
    if (!writer.stopped) say({ id, head, length });
  };
  const more = async (id: number, slab: 0 | 1): Promise<void> => {
    const writer = open.get(id);
    if (!writer) return;
    const length = await goOn(id, writer, slab);
    if (!writer.stopped) say({ id, length });
  };
  const stop = async (id: number): Promise<void> => {
    const writer = open.get(id);
    open.delete(id);
    await writer?.stop();
  };

  port.on('message', (message: ToWorker) => {
    const { id } = message;
    const work =
      'ask' in message
        ? begin(id, message.ask, message.slabs)
        : 'more' in message
          ? more(id, message.more)
          : stop(id);
    work.catch((thrown) => {
      open.delete(id);
      say({ id, failed: failureOf(thrown) });
    });
  });
}

const encoder = new TextEncoder();
/** A character that no longer fits goes into the next slab: no more than this stays empty. */
const LONGEST_CHARACTER = 4;

/** Writes an answer's text into slabs, as much as goes in. */
class Writer {
  readonly #texts: AsyncIterator<string> | undefined;
  readonly #slabs: readonly Uint8Array[];
  #rest = '';
  #stopped = false;

  constructor(text: AsyncIterable<string> | undefined, slabs: Slabs) {
    this.#texts = text?.[Symbol.asyncIterator]();
    this.#slabs = slabs.map((slab) => new Uint8Array(slab));
  }

  /** True: the answer was taken back, and the slabs are another's. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** @returns how many bytes; 0 where there is no more */
  async fill(slab: 0 | 1): Promise<number> {
    const place = this.#slabs[slab] ?? new Uint8Array();
    let length = 0;
    while (length + LONGEST_CHARACTER <= place.length) {
      if (this.#rest === '') {
        const next = await this.#texts?.next();
        if (next === undefined || next.done || this.#stopped) break;
        this.#rest = next.value;
      }
      const { read, written } = encoder.encodeInto(this.#rest, place.subarray(length));
      this.#rest = this.#rest.slice(read);
      length += written;
    }
    return length;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#texts?.return?.();
  }
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof SolthriveError) return { code: thrown.code, params: thrown.params };
  return { code: 'history_failed', params: { what: asError(thrown).message } };
}
