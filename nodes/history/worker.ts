/** The thread that reads the past: takes questions, gives texts one by one as they are asked for. It writes nothing. */
import { constants, setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { asError, SolthriveError } from '../site/errors.ts';
import { answerTo } from './answers.ts';
import type { Failure, FromWorker, Question, ReaderSite, Slabs, ToWorker } from './question.ts';
import { sourceOf } from './source.ts';

// Of this thread alone: what is live goes first where both want the processor.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
if (parentPort === null) throw new Error('this is a worker thread');
serve(parentPort, workerData as ReaderSite);

function serve(port: MessagePort, site: ReaderSite): void {
  const source = sourceOf(site);
  /** Of the questions that are open; null until the head is known. */
  const open = new Map<number, Writer | null>();
  const say = (message: FromWorker) => port.postMessage(message);

  const begin = async (id: number, question: Question, slabs: Slabs): Promise<void> => {
    open.set(id, null);
    const { head, text } = await answerTo(question, source);
    const writer = new Writer(text, slabs);
    await writer.prepare();
    // It may have been taken back in the meantime: then the slabs are another's.
    if (!open.delete(id)) return;
    const length = writer.write(0);
    if (length > 0) open.set(id, writer);
    say({ id, head, length });
  };
  const goOn = async (id: number, slab: 0 | 1): Promise<void> => {
    const writer = open.get(id);
    await writer?.prepare();
    if (!writer || !open.has(id)) return;
    const length = writer.write(slab);
    if (length === 0) open.delete(id);
    say({ id, length });
  };
  const stop = async (id: number): Promise<void> => {
    const writer = open.get(id);
    open.delete(id);
    await writer?.end();
  };

  port.on('message', (message: ToWorker) => {
    const { id } = message;
    const work =
      'ask' in message
        ? begin(id, message.ask, message.slabs)
        : 'more' in message
          ? goOn(id, message.more)
          : stop(id);
    work.catch((thrown) => {
      open.delete(id);
      say({ id, failed: failureOf(thrown) });
    });
  });
}

/** Writes an answer's text into slabs, as much as goes in. */
class Writer {
  readonly #texts: AsyncIterator<string> | undefined;
  readonly #slabs: readonly Uint8Array[];
  #rest: Uint8Array = new Uint8Array();

  constructor(text: AsyncIterable<string> | undefined, slabs: Slabs) {
    this.#texts = text?.[Symbol.asyncIterator]();
    this.#slabs = slabs.map((slab) => new Uint8Array(slab));
  }

  /** Sees that there is something to write, if there is. */
  async prepare(): Promise<void> {
    while (this.#rest.length === 0) {
      const next = await this.#texts?.next();
      if (next === undefined || next.done) return;
      this.#rest = Buffer.from(next.value);
    }
  }

  /** @returns how many bytes; 0 where there is no more */
  write(slab: 0 | 1): number {
    const place = this.#slabs[slab] ?? new Uint8Array();
    const part = this.#rest.subarray(0, place.length);
    place.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  async end(): Promise<void> {
    await this.#texts?.return?.();
  }
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof SolthriveError) return { code: thrown.code, params: thrown.params };
  return { code: 'history_failed', params: { what: asError(thrown).message } };
}
