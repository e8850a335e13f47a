/** The thread that reads the past: takes questions, gives texts one by one as they are asked for. It writes nothing. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { asError, SolthriveError } from '../site/errors.ts';
import { answerTo } from './answers.ts';
import type { Failure, FromWorker, ReaderSite, ToWorker } from './question.ts';
import { sourceOf } from './source.ts';

if (parentPort === null) throw new Error('this is a worker thread');
serve(parentPort, workerData as ReaderSite);

function serve(port: MessagePort, site: ReaderSite): void {
  const source = sourceOf(site);
  /** Of the questions that are open; null until the head is known. */
  const texts = new Map<number, AsyncIterator<string> | null>();
  const say = (message: FromWorker, transfer: ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);

  const handle = async (message: ToWorker): Promise<void> => {
    const { id } = message;
    if ('ask' in message) {
      texts.set(id, null);
      const { head, text } = await answerTo(message.ask, source);
      if (!texts.delete(id)) return;
      if (text) texts.set(id, text[Symbol.asyncIterator]());
      say({ id, head, more: text !== undefined });
      return;
    }
    const text = texts.get(id);
    if (message.do === 'cancel') {
      texts.delete(id);
      await text?.return?.();
      return;
    }
    const next = await text?.next();
    if (next === undefined || next.done) {
      texts.delete(id);
      say({ id, text: null });
    } else {
      const bytes = new TextEncoder().encode(next.value);
      say({ id, text: bytes }, [bytes.buffer]);
    }
  };

  port.on('message', (message: ToWorker) => {
    handle(message).catch((thrown) => {
      texts.delete(message.id);
      say({ id: message.id, failed: failureOf(thrown) });
    });
  });
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof SolthriveError) return { code: thrown.code, params: thrown.params };
  return { code: 'history_failed', params: { what: asError(thrown).message } };
}
