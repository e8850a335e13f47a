import assert from 'node:assert/strict';
import {
  type Change,
  type Fault,
  FaultBook,
  PROVE_WITHIN_MS,
} from '../../../nodes/health/faults.ts';
import { loadWords } from '../../../nodes/site/words.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const room = new URL('../../../nodes/health/faults.ts', import.meta.url).href;

describe('the fault book', () => {
  let clock: VirtualClock;
  let told: Fault[];
  let changes: Change[];
  let book: FaultBook;
  const open = (carried: Fault[] = []) =>
    new FaultBook({
      clock,
      say: loadWords(room, 'faults'),
      announce: (fault, change) => {
        told.push(fault);
        changes.push(change);
      },
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
    changes = [];
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
      evidence: {
        percent: 2,
        requests: 300,
        failures: 6,
        crc: 4,
        timeouts: 2,
        bad_replies: 0,
        exceptions: 0,
      },
    });
    const { message, advice } = told[0]!;
    assert.doesNotMatch(message + advice, /[{}]/);
    assert.match(message, /main/);
    assert.match(advice, /2 % of 300/);
  });

  describe('state', () => {
    const reversed = (state?: Fault['state'], cause?: string) => ({
      id: 'ct_reversed' as const,
      source: 'main/mains',
      ...(state && { state }),
      ...(cause && { cause }),
      evidence: {},
    });

    it('is a warning while suspected, a fault once confirmed, and each is announced once', () => {
      for (const state of [
        'suspected',
        'suspected',
        'confirmed',
        'confirmed',
        'suspected',
      ] as const)
        book.raise(reversed(state));
      assert.deepEqual(changes, ['raise', 'confirm', 'change']);
      assert.deepEqual(
        told.map(({ state, severity }) => `${state} ${severity}`),
        ['suspected warning', 'confirmed fault', 'suspected warning'],
      );
    });

    it('stays suspected where the cause is not known', () => {
      const evidence = {};
      book.raise({ id: 'balance_residual', source: 'site', cause: 'unknown', evidence });
      assert.deepEqual([told[0]?.state, told[0]?.severity], ['suspected', 'warning']);
      const cause = 'unmetered_generator';
      book.raise({ id: 'balance_residual', source: 'site', cause, evidence });
      assert.deepEqual([told[1]?.state, told[1]?.severity], ['confirmed', 'fault']);
    });
  });

  describe('acknowledgement', () => {
    const until = '2026-06-21T18:00:00.000Z';
    const seen = { id: 'data_stale' as const, source: 'main', by: 'Ada', until };

    it('says who and until when, and outlives new evidence and another cause', () => {
      book.raise(stale(6));
      const fault = book.acknowledge({ ...seen, until: '2026-06-21T20:00:00+02:00' });
      assert.deepEqual(fault.acknowledged, { by: 'Ada', until });
      book.raise(stale(7));
      book.raise(stale(0, 'frozen'));
      assert.deepEqual(book.active()[0]?.acknowledged, { by: 'Ada', until });
      assert.deepEqual(changes, ['raise', 'acknowledge', 'change']);
    });

    it('ends with its time, and the fault stays', async () => {
      book.raise(stale(6));
      book.acknowledge(seen);
      await clock.advance(6 * 3_600_000 - 1);
      book.review();
      assert.equal(changes.length, 2);
      await clock.advance(1);
      for (let count = 0; count < 2; count++) book.review();
      assert.deepEqual(changes, ['raise', 'acknowledge', 'change']);
      assert.ok(!('acknowledged' in (told[2] ?? {})));
      assert.equal(book.active().length, 1);
    });

    it('ends with the fault', () => {
      book.raise(stale(6));
      book.acknowledge(seen);
      book.clear('data_stale', 'main');
      book.raise(stale(6));
      assert.ok(!('acknowledged' in (book.active()[0] ?? {})));
    });

    it('is refused without such a fault, and for a time that is over or none', () => {
      const code = (given: object) => () => book.acknowledge({ ...seen, ...given });
      assert.throws(code({}), { code: 'fault_unknown' });
      book.raise(stale(6));
      assert.throws(code({ source: 'barn' }), { code: 'fault_unknown' });
      assert.throws(code({ until: '2026-06-21T12:00:00Z' }), { code: 'until_past' });
      assert.throws(code({ until: 'tomorrow' }), { code: 'until_past' });
      assert.deepEqual(changes, ['raise']);
    });
  });

  describe('what it was handed', () => {
    const handed = () => {
      book.raise(stale(6));
      const until = '2026-06-22T12:00:00.000Z';
      book.acknowledge({ id: 'data_stale', source: 'main', by: 'Ada', until });
      const carried = book.active();
      changes = [];
      book = open(carried);
      return carried;
    };

    it('is over when nobody has found it again in time', async () => {
      handed();
      await clock.advance(PROVE_WITHIN_MS - 1);
      book.review();
      assert.equal(book.active().length, 1);
      await clock.advance(1);
      book.review();
      assert.deepEqual(changes, ['clear']);
    });

    it('stays once it was found again, with who has seen it', async () => {
      const carried = handed();
      await clock.advance(1_000);
      book.raise(stale(9));
      await clock.advance(PROVE_WITHIN_MS);
      book.review();
      assert.deepEqual(changes, []);
      assert.deepEqual(book.active()[0]?.acknowledged, carried[0]?.acknowledged);
    });

    it('is over when its watch says so', () => {
      handed();
      book.clear('data_stale', 'main');
      assert.deepEqual(changes, ['clear']);
    });
  });

  describe('what comes and goes', () => {
    const comes = () => book.raise(stale(6));
    const goes = () => book.clear('data_stale', 'main');

    it('is one fault until it has stayed away for half a minute', async () => {
      for (let count = 0; count < 20; count++) {
        comes();
        await clock.advance(4_000);
        goes();
        book.review();
        await clock.advance(4_000);
      }
      assert.deepEqual(changes, ['raise', 'clear', 'raise']);
      goes();
      await clock.advance(21_000);
      book.review();
      assert.equal(changes.length, 3, 'it was last found 29 seconds ago');
      await clock.advance(1_000);
      book.review();
      assert.deepEqual(changes, ['raise', 'clear', 'raise', 'clear']);
    });

    it('is over at once where it comes but once a minute', async () => {
      for (let count = 0; count < 2; count++) {
        comes();
        goes();
        await clock.advance(60_000);
      }
      assert.deepEqual(changes, ['raise', 'clear', 'raise', 'clear']);
    });

    it('is gone with its source', () => {
      comes();
      goes();
      comes();
      book.keepOnly((source) => source === 'site');
      assert.deepEqual(book.active(), []);
    });
  });
});
