/** Numbers put into words: counts where one sentence has several of them, and figures in a table. */
import { type Say, spokenLanguage } from '../nodes/site/words.ts';

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

/** `1234.50`, `1234,50`: so many digits after the decimal sign of the language, nothing between thousands. */
export function fixed(value: number, digits: number): string {
  const exactly = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString(spokenLanguage(), { ...exactly, useGrouping: false });
}
