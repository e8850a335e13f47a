/** Lives scenarios on all the cores there are: each worker takes one after the other. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Variant } from './format.ts';
import type { Outcome } from './outcome.ts';

export interface Task {
  /** The scenario as it is written. */
  source: Record<string, unknown>;
  variants: readonly Variant[];
}

/**
 * Calls back with each outcome as it comes; resolves when all are there, in the order of the tasks.
 * @param hands  how many at once; as many as there are cores where left out
 */
export async function liveAll(
  tasks: readonly Task[],
  onOutcome: (outcome: Outcome, index: number) => void = () => {},
  hands: number = availableParallelism(),
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const queue = [...tasks.entries()];
  const work = async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [index, task] = next;
        const outcome = await ask(worker, task);
        outcomes[index] = outcome;
        onOutcome(outcome, index);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(hands, tasks.length) }, work));
  return outcomes;
}

function ask(worker: Worker, task: Task): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      worker.off('message', done);
      worker.off('error', failed);
    };
    const done = (outcome: Outcome) => {
      settle();
      resolve(outcome);
    };
    const failed = (error: unknown) => {
      settle();
      reject(error);
    };
    worker.on('message', done);
    worker.on('error', failed);
    worker.postMessage(task);
  });
}
