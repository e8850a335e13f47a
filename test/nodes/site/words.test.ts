import assert from 'node:assert/strict';
import { sayFrom } from '../../../nodes/site/text.ts';
import {
  loadWords,
  shippedLanguage,
  speakLanguage,
  spokenLanguage,
} from '../../../nodes/site/words.ts';

const en = {
  language: 'en',
  texts: {
    days_one: '{count} day',
    days_other: '{count} days',
    plain: '{count} of them',
    price: '{w} W on port {port}',
    only_english: 'yes',
  },
};
const fr = { language: 'fr', texts: { days_one: '{count} jour', days_other: '{count} jours' } };
const de = { language: 'de', texts: { price: '{w} W an Port {port}' } };

describe('words', () => {
  it('choose the form by the count and the rules of the language that has the text', () => {
    const english = sayFrom([en]);
    assert.equal(english('days', { count: 1 }), '1 day');
    assert.equal(english('days', { count: 0 }), '0 days');
    const french = sayFrom([fr, en]);
    assert.equal(french('days', { count: 0 }), '0 jour');
    assert.equal(french('days', { count: 2_000_000 }), '2000000 jours', 'many is not translated');
    assert.equal(english('plain', { count: 1 }), '1 of them');
  });

  it('write a fraction as the language does, and leave whole numbers alone', () => {
    assert.equal(sayFrom([de, en])('price', { w: -1234.5, port: 8080 }), '-1234,5 W an Port 8080');
    assert.equal(sayFrom([en])('price', { w: 0.1 + 0.2, port: 8080 }), '0.3 W on port 8080');
  });

  it('fall back to English, and show a key that is nowhere', () => {
    assert.equal(sayFrom([fr, en])('only_english'), 'yes');
    assert.equal(sayFrom([fr, en])('nowhere', { count: 2 }), 'nowhere');
  });

  it('find the shipped language in what a system calls its locale', () => {
    assert.equal(shippedLanguage('en_GB.UTF-8'), 'en-GB');
    assert.equal(shippedLanguage('en'), 'en');
    for (const none of ['C', 'C.UTF-8', 'POSIX', '', 'xx_YY']) {
      assert.equal(shippedLanguage(none), undefined);
    }
  });

  it('are those of the language spoken when something is said', () => {
    const say = loadWords(new URL('./fixtures/words/room.ts', import.meta.url).href, 'room');
    assert.equal(say('greeting'), 'Hello');
    try {
      speakLanguage('de-AT');
      assert.equal(spokenLanguage(), 'de-AT');
      assert.equal(say('greeting'), 'Hallo');
    } finally {
      speakLanguage('en-US');
    }
    assert.equal(say('greeting'), 'Hello');
  });
});
