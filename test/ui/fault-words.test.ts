import assert from 'node:assert/strict';
import { textOf } from '../../nodes/health/book/texts.ts';
import type { Fault } from '../../nodes/health/faults.ts';
import type { Say } from '../../nodes/site/text.ts';
import { loadWords } from '../../nodes/site/words.ts';
import { faultText } from '../../ui/elements/fault-words.ts';

const ROOM = new URL('../../nodes/health/', import.meta.url).href;
/** A reader whose every text names its key. */
const other: Say = (key, params) => `in other words: ${key} ${params?.percent ?? ''}`;

/** As the fault book words it. */
function worded(language: string, change: Partial<Fault> = {}): Fault {
  const say = loadWords(ROOM, 'faults', language);
  const fault: Fault = {
    id: 'bus_errors',
    source: 'main',
    severity: 'warning',
    state: 'confirmed',
    since: '2026-06-21T10:00:00.000Z',
    evidence: { percent: 2.5, requests: 1200 },
    message: '',
    advice: '',
  };
  const texts = { message: textOf(say, 'message', fault), advice: textOf(say, 'advice', fault) };
  return { ...fault, ...texts, ...change };
}

describe('the words of a fault', () => {
  it('are the reader’s, whatever language the site speaks', () => {
    for (const language of ['en', 'de', 'es', 'fr']) {
      const fault = worded(language);
      assert.equal(faultText('advice', fault, other), 'in other words: bus_errors.advice 2.5');
    }
  });

  it('are its own where it brought them', () => {
    const message = 'meter.yaml:3:5: no such profile';
    const fault = worded('en', { id: 'config_invalid', cause: 'profile_unknown', message });
    assert.equal(faultText('message', fault, other), message);
  });
});
