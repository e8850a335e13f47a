/**
 * The page's words. A language is a file beside this one plus its line in `LANGUAGES`; where a
 * translation lacks a text, English speaks.
 */
import { type Catalogue, type Say, sayFrom } from '../../nodes/site/text.ts';
import en from './en.json' with { type: 'json' };

export const LANGUAGES: Record<string, Catalogue> = { en };

/** The shipped language nearest to what a browser asks for: `de-AT` finds `de`, else English. */
export function nearestLanguage(
  wanted: readonly string[],
  shipped = Object.keys(LANGUAGES),
): string {
  for (const tag of wanted) {
    const found = [tag, tag.split('-')[0] ?? tag].find((name) => shipped.includes(name));
    if (found) return found;
  }
  return 'en';
}

/** Says the page's texts in one shipped language. */
export function speak(language: string): Say {
  return sayFrom([
    { language, texts: LANGUAGES[language] ?? {} },
    { language: 'en', texts: en },
  ]);
}
