import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { LANGUAGES, nearestLanguage, speak } from '../../ui/strings/strings.ts';

const FOLDER = new URL('../../ui/', import.meta.url);

function keysOf(catalogue: object, prefix = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'object' ? keysOf(value, `${prefix}${key}.`) : [prefix + key],
  );
}

describe('the page’s words', () => {
  const english = keysOf(LANGUAGES.en ?? {});

  it('are registered for every file, and every language has the keys of English', () => {
    const files = readdirSync(new URL('strings/', FOLDER)).filter((name) => name.endsWith('.json'));
    assert.deepEqual(
      files.map((name) => name.replace('.json', '')).sort(),
      Object.keys(LANGUAGES).sort(),
    );
    for (const catalogue of Object.values(LANGUAGES)) {
      assert.deepEqual(keysOf(catalogue).sort(), english.toSorted());
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

  it('come in the shipped language nearest to the browser’s wish', () => {
    const shipped = ['en', 'de', 'pt-BR'];
    assert.equal(nearestLanguage(['fr-FR', 'de-AT', 'en'], shipped), 'de');
    assert.equal(nearestLanguage(['pt-BR'], shipped), 'pt-BR');
    assert.equal(nearestLanguage(['fr'], shipped), 'en');
    assert.equal(nearestLanguage([], shipped), 'en');
    assert.equal(speak('xx')('connection.live'), 'Live');
  });
});
