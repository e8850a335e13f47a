/** Puts a value that was found into words, without giving a password away. */
import { loadWords } from './words.ts';

/** The words of everything said about configuration. */
export const say = loadWords(import.meta.url, 'config');

const LONGEST = 60;

/** `text "fast"`, `number 5`, `a list`, `nothing`. */
export function describeFound(value: unknown): string {
  if (value === undefined || value === null) return say('found.nothing');
  if (Array.isArray(value)) return say('found.list');
  if (typeof value === 'object') return say('found.map');
  if (typeof value === 'string') return say('found.text', { text: shortened(hidePassword(value)) });
  if (typeof value === 'number') return say('found.number', { number: String(value) });
  return say('found.other', { value: String(value) });
}

/**
 * A URL with `***` where it holds a password, however it is mistyped (`user:password@broker`); other
 * text as it is.
 */
export function hidePassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/+[^:/?#]*|[^:@]*(?=:(?!\/\/))):[\s\S]*@/i, '$1:***@');
}

/** A configuration to be shown: every URL without its password. */
export function hidePasswords<T>(value: T): T {
  return hideIn(value) as T;
}

function hideIn(value: unknown): unknown {
  if (typeof value === 'string') return hidePassword(value);
  if (Array.isArray(value)) return value.map(hideIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideIn(item)]));
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
