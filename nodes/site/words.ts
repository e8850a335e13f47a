/**
 * Words a person reads, from locale files: `locales/<language>/<area>.json` beside the room that
 * says them. A missing translation falls back to English; a missing key shows itself.
 */
import { existsSync, readFileSync } from 'node:fs';
import { type Catalogue, type Say, sayFrom } from './text.ts';

export { fill, lookUp, type Say, type WordParams } from './text.ts';

export const FALLBACK_LANGUAGE = 'en-US';

/**
 * The words of one area in one language.
 * @param room  `import.meta.url` of a module in the folder that holds `locales/`
 * @param area  the file's stem, such as `errors`
 * @param language  `en`, `de`, `en-US`...; the closest shipped one is taken
 */
export function loadWords(room: string, area: string, language = FALLBACK_LANGUAGE): Say {
  return sayFrom(candidates(language).flatMap((tag) => readCatalogue(room, area, tag)));
}

function candidates(language: string): string[] {
  return [...new Set([language, language.split('-')[0] ?? language, FALLBACK_LANGUAGE])];
}

function readCatalogue(room: string, area: string, tag: string): Catalogue[] {
  const file = new URL(`./locales/${tag}/${area}.json`, room);
  return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Catalogue] : [];
}
