/** Tells a person that a word is not known here, and which one was probably meant. */
import { nearest } from '../nodes/site/nearest.ts';
import type { Say } from '../nodes/site/words.ts';
import { EXIT } from './command.ts';
import type { Output } from './output.ts';

export interface UnknownWord {
  out: Output;
  say: Say;
  /** Which text says it: a key of cli.json with `{word}` in it. */
  key: string;
  word: string;
  known: readonly string[];
  /** `--` for options. */
  prefix?: string;
}

/** @returns the exit code of a wrong call */
export function refuseWord({ out, say, key, word, known, prefix = '' }: UnknownWord): number {
  out.error(say(word === '' ? `${key}_missing` : key, { word: `${prefix}${word}` }));
  const meant = nearest(word, known);
  if (meant !== undefined) out.error(say('usage.meant', { word: `${prefix}${meant}` }));
  else out.error(say('usage.known', { words: known.map((name) => prefix + name).join(', ') }));
  return EXIT.usage;
}
