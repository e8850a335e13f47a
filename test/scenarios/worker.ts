/** One of the crew: lives the scenarios it is handed, one at a time. */
import { parentPort } from 'node:worker_threads';
import type { Task } from './crew.ts';
import { outcomeOf } from './outcome.ts';

parentPort?.on('message', ({ source, variants }: Task) => {
  void outcomeOf(source, variants).then((outcome) => parentPort?.postMessage(outcome));
});
