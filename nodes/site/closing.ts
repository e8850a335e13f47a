/** How long a node may take to close: a disk that hangs must not hold up a deploy. */
import { type Clock, pause } from './clock.ts';

const CLOSE_WITHIN_MS = 5_000;

/** Resolves when `work` has ended, well or not, or after five seconds. */
export async function within(clock: Clock, work: Promise<unknown>): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  work.then(end, end);
  await pause(clock, CLOSE_WITHIN_MS, ended.signal);
}
