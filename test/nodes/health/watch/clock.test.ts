import assert from 'node:assert/strict';
import { type Fault, FaultBook } from '../../../../nodes/health/faults.ts';
import { parseIncoming } from '../../../../nodes/health/incoming.ts';
import { ClockWatch } from '../../../../nodes/health/watch/clock.ts';
import type { ClockState } from '../../../../nodes/journal/filing.ts';
import { BUILT_MS } from '../../../../nodes/site/clock-trust.ts';
import { loadWords } from '../../../../nodes/site/words.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const TS = '2030-06-21T12:00:00.000Z';
const health = new URL('../../../../nodes/health/health.ts', import.meta.url).href;

describe('the watch over the clock', () => {
  const clock = new VirtualClock(TS);
  const say = loadWords(health, 'faults');
  let told: Fault[];
  let book: FaultBook;
  beforeEach(() => {
    told = [];
    book = new FaultBook({ clock, say, announce: (fault) => told.push(fault) });
  });

  it('raises while the journal does not believe the time, and clears when it does', () => {
    const watch = new ClockWatch(null);
    watch.note({ trusted: false, ts: TS }, book);
    watch.note({ trusted: false, ts: TS }, book);
    assert.deepEqual(watch.report(clock), { now: TS, trusted: false });
    watch.note({ trusted: true, ts: TS }, book);
    assert.deepEqual(
      told.map(({ id, severity, cleared_at }) => [id, severity, cleared_at !== undefined]),
      [
        ['clock_untrusted', 'warning', false],
        ['clock_untrusted', 'warning', true],
      ],
    );
    assert.match(told[0]?.message ?? '', /what time it is/);
  });

  it('says how much has no date, and remembers it over a deploy', () => {
    const undated = { solar: 0, home: 1.5, import: 1.5, export: 0 };
    const before = new ClockWatch(null);
    before.note({ trusted: true, ts: TS, undated_kwh: undated }, book);
    const after = new ClockWatch(before.said);
    assert.deepEqual(after.report(clock), { now: TS, trusted: true, undated_kwh: undated });
  });

  it('without a journal believes what is not before the program itself', () => {
    const watch = new ClockWatch(null);
    assert.equal(watch.report(clock).trusted, true);
    const early = new VirtualClock(new Date(BUILT_MS - 1_000).toISOString());
    assert.equal(watch.report(early).trusted, false);
  });

  it('knows its message when it sees one', () => {
    const state: ClockState = { trusted: false, ts: TS };
    assert.deepEqual(parseIncoming('clock', state), { kind: 'clock', state });
    assert.throws(() => parseIncoming('clock', { ts: TS }), /trusted/);
  });
});
