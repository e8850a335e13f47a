/** The thread that reads the past: takes questions, gives texts one by one as they are asked for. It writes nothing. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { asError, SolthriveError } from '../site/errors.ts';
import { answerTo } from './answers.ts';
import type { Failure, FromWorker, Question, ReaderSite, ToWorker } from './question.ts';
import { sourceOf } from './source.ts';

if (parentPort === null) throw new Error('this is a worker thread');
serve(parentPort, workerData as ReaderSite);

function serve(port: MessagePort, site: ReaderSite): void {
  const source = sourceOf(site);
  /** Of the questions that are open; null until the head is known. */
  const open = new Map<number, AsyncIterator<string> | null>();
  const say = (message: FromWorker) => {
    const text = 'text' in message ? message.text : null;
    port.postMessage(message, text === null ? [] : [text.buffer]);
  };

  const begin = async (id: number, question: Question): Promise<void> => {
    open.set(id, null);
    const { head, text } = await answerTo(question, source);
    const texts = text?.[Symbol.asyncIterator]();
    const first = await nextOf(texts);
    // It may have been taken back in the meantime.
    if (!open.delete(id)) return;
    if (texts && first !== null) open.set(id, texts);
    say({ id, head, text: first });
  };
  const goOn = async (id: number): Promise<void> => {
    const text = await nextOf(open.get(id) ?? undefined);
    if (text === null) open.delete(id);
    say({ id, text });
  };
  const stop = async (id: number): Promise<void> => {
    const texts = open.get(id);
    open.delete(id);
    await texts?.return?.();
  };

  port.on('message', (message: ToWorker) => {
    const { id } = message;
    const work =
      'ask' in message ? begin(id, message.ask) : message.do === 'more' ? goOn(id) : stop(id);
    work.catch((thrown) => {
      open.delete(id);
      say({ id, failed: failureOf(thrown) });
    });
  });
}

async function nextOf(texts: AsyncIterator<string> | undefined) {
  const next = await texts?.next();
  return next === undefined || next.done ? null : new TextEncoder().encode(next.value);
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof SolthriveError) return { code: thrown.code, params: thrown.params };
  return { code: 'history_failed', params: { what: asError(thrown).message } };
}
