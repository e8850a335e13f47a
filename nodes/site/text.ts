/** Texts with places to fill, free of where they come from: the server's rooms and the page share it. */
export type WordParams = Record<string, string | number | null | undefined>;
export type Say = (key: string, params?: WordParams) => string;

export type Catalogue = { [key: string]: string | Catalogue };

/** The texts of one language. */
export interface Spoken {
  /** A BCP 47 tag: `en-US`, `de`. */
  language: string;
  texts: Catalogue;
}

/**
 * Puts `params` into the `{name}` places of a text. A place without a value stays readable. A number
 * with a fraction is written as in `language`; whole numbers stay bare: they may be ports or ids.
 */
export function fill(text: string, params: WordParams = {}, language = 'en'): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name];
    if (value === undefined || value === null) return place;
    return typeof value === 'number' ? written(value, language) : value;
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
 * The first text any of the catalogues has for a key, filled; a missing key shows itself. Where the
 * params have a number `count`, `<key>_one`, `<key>_other`... go before the key itself, by the rules
 * of the catalogue's language (i18next's convention).
 */
export function sayFrom(catalogues: readonly Spoken[]): Say {
  return (key, params) => {
    for (const { language, texts } of catalogues) {
      for (const form of formsOf(key, params?.count, language)) {
        const text = lookUp(texts, form);
        if (text !== undefined) return fill(text, params, language);
      }
    }
    return key;
  };
}

function formsOf(key: string, count: WordParams[string], language: string): string[] {
  if (typeof count !== 'number') return [key];
  return [`${key}_${rulesOf(language).select(count)}`, `${key}_other`, key];
}

const rules = new Map<string, Intl.PluralRules>();

/** Made once for each language: making one costs more than all that is asked of it. */
function rulesOf(language: string): Intl.PluralRules {
  const known = rules.get(language) ?? new Intl.PluralRules(language);
  rules.set(language, known);
  return known;
}

const formats = new Map<string, Intl.NumberFormat>();

function written(value: number, language: string): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const usual = { useGrouping: false, maximumSignificantDigits: 15 };
  const format = formats.get(language) ?? new Intl.NumberFormat(language, usual);
  formats.set(language, format);
  return format.format(value);
}
