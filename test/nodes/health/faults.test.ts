import assert from 'node:assert/strict';
import { type Fault, FaultBook } from '../../../nodes/health/faults.ts';
import { loadWords } from '../../../nodes/site/words.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const room = new URL('../../../nodes/health/faults.ts', import.meta.url).href;

describe('the fault book', () => {
  let clock: VirtualClock;
  let told: Fault[];
  let book: FaultBook;
  const open = (carried: Fault[] = []) =>
    new FaultBook({
      clock,
      say: loadWords(room, 'faults'),
      announce: (fault) => told.push(fault),
      carried,
    });
  const stale = (age_s: number, cause?: string) => ({
    id: 'data_stale' as const,
    source: 'main',
    ...(cause ? { cause } : {}),
    evidence: { age_s },
  });

  beforeEach(() => {
    clock = new VirtualClock('2026-06-21T12:00:00.000Z');
    told = [];
    book = open();
  });

  it('announces a fault once when it begins and once when it ends', async () => {
    book.raise(stale(6));
    await clock.advance(1_000);
    book.raise(stale(7));
    await clock.advance(1_000);
    book.clear('data_stale', 'main');
    book.clear('data_stale', 'main');
    assert.deepEqual(
      told.map(({ since, cleared_at }) => [since, cleared_at]),
      [
        ['2026-06-21T12:00:00.000Z', undefined],
        ['2026-06-21T12:00:00.000Z', '2026-06-21T12:00:02.000Z'],
      ],
    );
    assert.deepEqual(book.active(), []);
  });

  it('has exactly the keys of the contract', () => {
    book.raise(stale(6));
    book.clear('data_stale', 'main');
    const keys = ['advice', 'evidence', 'id', 'message', 'severity', 'since', 'source', 'state'];
    assert.deepEqual(Object.keys(told[0]!).sort(), keys);
    assert.deepEqual(Object.keys(told[1]!).sort(), [...keys, 'cleared_at'].sort());
  });

  it('keeps the newest evidence of an active fault', () => {
    book.raise(stale(6));
    book.raise(stale(9));
    assert.deepEqual(book.active()[0]?.evidence, { age_s: 9 });
  });

  it('announces a change of cause, with the words of that cause, since the beginning', async () => {
    book.raise(stale(6));
    await clock.advance(5_000);
    book.raise(stale(0, 'frozen'));
    assert.equal(told.length, 2);
    assert.equal(told[1]?.cause, 'frozen');
    assert.equal(told[1]?.since, told[0]?.since);
    assert.notEqual(told[1]?.message, told[0]?.message);
  });

  it('goes on with the faults it was handed, and says nothing of it', () => {
    book.raise(stale(6));
    const carried = book.active();
    told = [];
    book = open(carried);
    book.raise(stale(7));
    assert.deepEqual(told, []);
    assert.equal(book.active()[0]?.since, carried[0]?.since);
  });

  it('ends the faults of sources that are gone', () => {
    book.raise(stale(6));
    book.keepOnly((source) => source === 'site');
    assert.equal(told.at(-1)?.cleared_at, '2026-06-21T12:00:00.000Z');
  });

  it('fills every place of its texts', () => {
    book.raise({
      id: 'bus_errors',
      source: 'main',
      evidence: { percent: 2, requests: 300, failures: 6, crc: 4, timeouts: 2 },
    });
    const { message, advice } = told[0]!;
    assert.doesNotMatch(message + advice, /[{}]/);
    assert.match(message, /main/);
    assert.match(advice, /2 % of 300/);
  });
});
