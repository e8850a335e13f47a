/**
 * Words a person reads, from locale files: `locales/<language>/<area>.json` beside the room that
 * says them. A missing translation falls back to English; a missing key shows itself.
 */
import { existsSync, readFileSync } from 'node:fs';

export const FALLBACK_LANGUAGE = 'en-US';

export type WordParams = Record<string, string | number | null | undefined>;
export type Say = (key: string, params?: WordParams) => string;

type Catalogue = { [key: string]: string | Catalogue };

/** Puts `params` into the `{name}` places of a text. A place without a value stays readable. */
export function fill(text: string, params: WordParams = {}): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name];
    return value === undefined || value === null ? place : String(value);
  });
}

/** Looks up `a.b.c` in a nested catalogue; undefined where there is no such text. */
export function lookUp(catalogue: Catalogue, key: string): string | undefined {
  let found: string | Catalogue | undefined = catalogue;
  for (const step of key.split('.')) {
    if (typeof found !== 'object') return undefined;
    found = found[step];
  }
  return typeof found === 'string' ? found : undefined;
}

/**
 * The words of one area in one language.
 * @param room  `import.meta.url` of a module in the folder that holds `locales/`
 * @param area  the file's stem, such as `errors`
 * @param language  `en`, `de`, `en-US`...; the closest shipped one is taken
 */
export function loadWords(room: string, area: string, language = FALLBACK_LANGUAGE): Say {
  const catalogues = candidates(language).flatMap((tag) => readCatalogue(room, area, tag));
  return (key, params) => {
    for (const catalogue of catalogues) {
      const text = lookUp(catalogue, key);
      if (text !== undefined) return fill(text, params);
    }
    return key;
  };
}

function candidates(language: string): string[] {
  return [...new Set([language, language.split('-')[0] ?? language, FALLBACK_LANGUAGE])];
}

function readCatalogue(room: string, area: string, tag: string): Catalogue[] {
  const file = new URL(`./locales/${tag}/${area}.json`, room);
  return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Catalogue] : [];
}
