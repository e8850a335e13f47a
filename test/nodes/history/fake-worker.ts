/** A worker that does as the question's `fields` say: it answers, waits, goes wrong or dies. */
import { parentPort, threadId } from 'node:worker_threads';
import type { ToWorker } from '../../../nodes/history/question.ts';

let texts = 0;
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
    const head = { resolution: `${threadId} ${texts} ${cancelled.join()}` };
    parentPort?.postMessage({ id, head, length: wish === 'head' ? 0 : 10 });
  } else if ('cancel' in message) {
    cancelled.push(id);
  } else {
    texts += 1;
    parentPort?.postMessage({ id, length: texts > 1_000 ? 0 : 10 });
  }
});
