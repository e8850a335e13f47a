/**
 * Words a person reads, from locale files: `locales/<language>/<area>.json` beside the room that
 * says them. A missing translation falls back to English; a missing key shows itself. Which language
 * is spoken is said once, by the program that runs.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Catalogue, type Say, type Spoken, sayFrom } from './text.ts';

export { fill, lookUp, type Say, type WordParams } from './text.ts';

export const FALLBACK_LANGUAGE = 'en-US';

let spoken = FALLBACK_LANGUAGE;

/**
 * From now on everything that is said without a language of its own, errors too, is said in this one.
 * @param language  `en`, `de`, `de-AT`...; the closest shipped one is taken
 */
export function speakLanguage(language: string): void {
  spoken = language;
}

/** The language that is spoken: for dates and numbers beside the words. */
export function spokenLanguage(): string {
  return spoken;
}

/**
 * The words of one area.
 * @param room  `import.meta.url` of a module in the folder that holds `locales/`
 * @param area  the file's stem, such as `errors`
 * @param language  left out, whichever is spoken when something is said
 */
export function loadWords(room: string, area: string, language?: string): Say {
  const known = new Map<string, Say>();
  return (key, params) => {
    const wanted = language ?? spoken;
    const say = known.get(wanted) ?? sayFrom(cataloguesOf(room, area, wanted));
    known.set(wanted, say);
    return say(key, params);
  };
}

/**
 * The shipped language that a tag or a locale of the system asks for: `de_AT.UTF-8` finds `de`.
 * Undefined where that is none (`C`, `pt_BR`).
 */
export function shippedLanguage(wanted: string): string | undefined {
  const tag = wanted.split(/[.@]/, 1)[0]?.replaceAll('_', '-') ?? '';
  const [primary] = tag.split('-');
  const shipped = readdirSync(new URL('./locales/', import.meta.url));
  const isShipped = shipped.some((name) => name === primary || name.startsWith(`${primary}-`));
  return primary !== '' && isShipped ? tag : undefined;
}

function cataloguesOf(room: string, area: string, language: string): Spoken[] {
  const tags = [language, language.split('-')[0] ?? language, FALLBACK_LANGUAGE];
  return [...new Set(tags)].flatMap((tag) => readCatalogue(room, area, tag));
}

function readCatalogue(room: string, area: string, tag: string): Spoken[] {
  const file = new URL(`./locales/${tag}/${area}.json`, room);
  if (!existsSync(file)) return [];
  return [{ language: tag, texts: JSON.parse(readFileSync(file, 'utf8')) as Catalogue }];
}
