/** Texts with places to fill, free of where they come from: the server's rooms and the page share it. */
export type WordParams = Record<string, string | number | null | undefined>;
export type Say = (key: string, params?: WordParams) => string;

export type Catalogue = { [key: string]: string | Catalogue };

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

/** The first text any of the catalogues has for a key, filled; a missing key shows itself. */
export function sayFrom(catalogues: Catalogue[]): Say {
  return (key, params) => {
    for (const catalogue of catalogues) {
      const text = lookUp(catalogue, key);
      if (text !== undefined) return fill(text, params);
    }
    return key;
  };
}
