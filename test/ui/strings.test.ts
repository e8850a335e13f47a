import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { LANGUAGES, nearestTongue, speak } from '../../ui/strings/strings.ts';

const FOLDER = new URL('../../ui/', import.meta.url);

function keysOf(catalogue: object, prefix = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'object' ? keysOf(value, `${prefix}${key}.`) : [prefix + key],
  );
}

describe('the page’s words', () => {
  const english = keysOf(LANGUAGES.en?.page ?? {});

  it('are registered for every file, and every language has the keys of English', () => {
    const files = readdirSync(new URL('strings/', FOLDER)).filter((name) => name.endsWith('.json'));
    assert.deepEqual(
      files.map((name) => name.replace('.json', '')).sort(),
      Object.keys(LANGUAGES).sort(),
    );
    for (const words of Object.values(LANGUAGES)) {
      assert.deepEqual(keysOf(words).sort(), keysOf(LANGUAGES.en ?? {}).sort());
    }
  });

  it('are all there where an element says them', () => {
    const sources = readdirSync(new URL('elements/', FOLDER)).map((name) =>
      readFileSync(new URL(`elements/${name}`, FOLDER), 'utf8'),
    );
    const said = sources.flatMap((text) =>
      [...text.matchAll(/say\(\s*'([\w.]+)'/g)].map(([, key]) => key ?? ''),
    );
    assert.ok(said.length > 20);
    for (const key of said) {
      assert.ok(english.includes(key) || english.includes(`${key}_other`), key);
    }
  });

  it('are those of the health room, where the server says the same', () => {
    const folder = new URL('../nodes/health/locales/', FOLDER);
    for (const [language, words] of Object.entries(LANGUAGES)) {
      for (const area of ['faults', 'doctor'] as const) {
        const tag = language === 'en' ? 'en-US' : language;
        const file = readFileSync(new URL(`${tag}/${area}.json`, folder), 'utf8');
        assert.deepEqual(words[area], JSON.parse(file), `${language} ${area}`);
      }
    }
  });

  it('come in the shipped language nearest to the browser’s wish', () => {
    const shipped = ['en', 'de', 'pt-BR'];
    const languageOf = (...wanted: string[]) => nearestTongue(wanted, shipped).language;
    assert.equal(languageOf('fr-FR', 'de-AT', 'en'), 'de');
    assert.equal(languageOf('pt-BR'), 'pt-BR');
    assert.equal(languageOf('fr'), 'en');
    assert.equal(languageOf(), 'en');
    assert.equal(speak('xx')('connection.live'), 'Live');
    assert.equal(speak('xx', 'doctor')('verdict.quiet'), 'nothing points to it');
  });

  it('bring the numbers and dates of the wish that found them', () => {
    const shipped = ['en', 'de'];
    assert.equal(nearestTongue(['pt-BR', 'de-AT'], shipped).locale, 'de-AT');
    assert.equal(nearestTongue(['de-'], shipped).locale, 'de');
    assert.equal(nearestTongue(['pt-BR'], shipped).locale, 'en');
  });
});
