/** A worker that does as the question's `fields` say: it answers, waits, goes wrong or dies. */
import { parentPort, threadId } from 'node:worker_threads';
import type { ToWorker } from '../../../nodes/history/question.ts';

let texts = 0;
/** Questions in whose midst it dies, and how. */
const doomed = new Map<number, string>();
const cancelled: number[] = [];

parentPort?.on('message', (message: ToWorker) => {
  const { id } = message;
  if ('ask' in message) {
    const [wish] = 'fields' in message.ask ? (message.ask.fields ?? []) : [];
    if (wish === 'wait') return;
    if (wish === 'die') throw new Error('out of luck');
    if (wish === 'exit') process.exit(1);
    if (wish === 'refuse') {
      const failed = { code: 'not_kept', params: { resolution: '1m' } };
      return parentPort?.postMessage({ id, failed });
    }
    if (wish?.startsWith('then ')) doomed.set(id, wish);
    const head = { resolution: `${threadId} ${texts} ${cancelled.join()}` };
    parentPort?.postMessage({ id, head, length: wish === 'head' ? 0 : 10 });
  } else if ('cancel' in message) {
    cancelled.push(id);
  } else {
    texts += 1;
    if (texts >= 3 && doomed.get(id) === 'then die') throw new Error('out of luck');
    if (texts >= 3 && doomed.get(id) === 'then exit') process.exit(1);
    parentPort?.postMessage({ id, length: texts > 1_000 ? 0 : 10 });
  }
});
