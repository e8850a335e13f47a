/** Counts put into words, where one sentence has several of them. */
import type { Say } from '../nodes/site/words.ts';

/** What can be counted: `count.<name>` in cli.json. */
export type Counted = 'files' | 'samples' | 'minutes' | 'quarters' | 'days' | 'months' | 'meters';

/** `{ days: 1, files: 3 }` becomes `{ days: '1 day', files: '3 files' }`. */
export function counted<Name extends Counted>(
  say: Say,
  counts: Record<Name, number>,
): Record<Name, string> {
  const told = Object.entries<number>(counts).map(([name, count]) => [
    name,
    say(`count.${name}`, { count }),
  ]);
  return Object.fromEntries(told) as Record<Name, string>;
}
