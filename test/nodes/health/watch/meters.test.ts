import assert from 'node:assert/strict';
import { type Fault, FaultBook } from '../../../../nodes/health/faults.ts';
import { CAUSES, MeterWatch } from '../../../../nodes/health/watch/meters.ts';
import { loadWords } from '../../../../nodes/site/words.ts';
import { failedReading, sampleReading } from '../../../support/samples.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

describe('the watch over a meter', () => {
  let clock: VirtualClock;
  let told: string[];
  let book: FaultBook;
  let watch: MeterWatch;

  const begin = (meter: { modbus?: boolean; required?: boolean } = {}) => {
    clock = new VirtualClock();
    told = [];
    book = new FaultBook({
      clock,
      say: (key) => key,
      announce: ({ id, cause, cleared_at }: Fault) =>
        told.push(
          `${clock.mono() / 1_000}: ${cleared_at ? 'end ' : ''}${id}${cause ? `/${cause}` : ''}`,
        ),
    });
    watch = new MeterWatch(
      { id: 'main', modbus: true, required: true, intervalMs: 1_000, ...meter },
      clock.mono(),
    );
  };
  /** One second a step: a good reading with this voltage, a failed one, or silence. */
  const live = async (...steps: (number | 'fails' | 'silent' | `bus_${string}`)[]) => {
    for (const step of steps) {
      await clock.advance(1_000);
      if (typeof step === 'number') {
        watch.note(sampleReading(clock.mono(), 120 + step / 10), clock.mono());
      }
      if (step === 'fails') watch.note(failedReading(clock.mono(), 'main', ''), clock.mono());
      else if (typeof step === 'string' && step !== 'silent') {
        watch.note(failedReading(clock.mono(), 'main', step), clock.mono());
      }
      watch.judge(clock.mono(), book);
    }
  };
  const times = <T>(count: number, step: T): T[] => Array.from({ length: count }, () => step);

  beforeEach(() => begin());

  it('says nothing of a meter that answers', async () => {
    await live(...Array.from({ length: 120 }, (_, index) => index));
    assert.deepEqual(told, []);
  });

  it('raises after three failed polls and three seconds, and within five', async () => {
    await live(1, 2, ...times(6, 'fails' as const));
    assert.deepEqual(told, ['5: meter_not_responding']);
  });

  it('raises within five seconds where nothing is heard at all', async () => {
    await live(1, 2, ...times(5, 'silent' as const));
    assert.deepEqual(told, ['6: meter_not_responding']);
  });

  it('carries the error of the polls as its cause, whose one slip changes nothing', async () => {
    await live(1, 'bus_timeout', 'bus_crc', 'bus_timeout', 'bus_crc', 'bus_timeout');
    assert.deepEqual(told, ['4: meter_not_responding/bus_timeout']);
    await live('bus_closed', 'bus_unreachable', 'bus_unreachable');
    assert.equal(told.at(-1), '9: meter_not_responding/bus_unreachable');
    assert.deepEqual(book.active().at(-1)?.evidence, { failed_polls: 8, silent_s: 8 });
  });

  it('has words for every cause, and none of RS-485 where the line cannot be opened', () => {
    const say = loadWords(new URL('../../../../nodes/health/x', import.meta.url).href, 'faults');
    const texts = [...CAUSES, 'external'].flatMap((cause) =>
      ['message', 'advice'].map((part) => say(`meter_not_responding.${cause}.${part}`)),
    );
    assert.equal(new Set(texts).size, 14);
    for (const text of texts) assert.doesNotMatch(text, /^meter_not_responding/);
    assert.doesNotMatch(say('meter_not_responding.bus_unreachable.advice'), /A and B|baud/);
  });

  it('says nothing of two failed polls', async () => {
    for (let round = 1; round < 20; round++) await live(round, 'fails', 'fails');
    assert.deepEqual(told, []);
  });

  it('needs two good replies to end it, so that a lucky one does not flicker', async () => {
    await live(1, 'fails', 'fails', 'fails', 2, 'fails', 'fails', 'fails', 3, 4);
    assert.deepEqual(told, ['4: meter_not_responding', '10: end meter_not_responding']);
  });

  it('gives ports time to open at the start', async () => {
    await live(...times(9, 'silent' as const), 1);
    assert.deepEqual(told, []);
  });

  it('gives also those time that say at once that they are not open yet', async () => {
    await live(...times(9, 'bus_unreachable' as const), 1, 2);
    assert.deepEqual(told, []);
    await live(...times(3, 'bus_unreachable' as const));
    assert.deepEqual(told, ['14: meter_not_responding/bus_unreachable']);
  });

  it('raises for a meter that never answered', async () => {
    await live(...times(12, 'fails' as const));
    assert.deepEqual(told, ['3: meter_not_responding']);
  });

  it('tells one silence once: what is not answered is not stale as well', async () => {
    await live(1, ...times(31, 1), ...times(3, 'fails' as const));
    assert.deepEqual(told, [
      '31: data_stale/frozen',
      '35: meter_not_responding',
      '35: end data_stale/frozen',
    ]);
  });

  it('tells frozen values after thirty seconds, and their first move', async () => {
    await live(...times(31, 5), 6);
    assert.deepEqual(told, ['31: data_stale/frozen', '32: end data_stale/frozen']);
  });

  it('cannot tell zeros from frozen', async () => {
    const dark = () => ({
      ...sampleReading(clock.mono()),
      frequency_hz: null,
      channels: { pv: { role: 'solar' as const, power_w: 0 } },
    });
    for (let second = 0; second < 60; second++) {
      await clock.advance(1_000);
      watch.note(dark(), clock.mono());
      watch.judge(clock.mono(), book);
    }
    assert.deepEqual(told, []);
  });

  it('knows no unanswered polls of a source that is not polled', async () => {
    begin({ modbus: false });
    await live(1, 'fails', 'fails', 'fails', 'fails', 2);
    assert.deepEqual(told, []);
  });

  it('raises for a source of its own that falls silent, until it sends', async () => {
    begin({ modbus: false, required: false });
    await live(1, ...times(7, 'silent' as const), 2);
    assert.deepEqual(told, [
      '7: meter_not_responding/external',
      '9: end meter_not_responding/external',
    ]);
  });

  it('gives a source of its own half a minute to begin', async () => {
    begin({ modbus: false, required: false });
    await live(...times(30, 'silent' as const));
    assert.deepEqual(told, []);
    await live('silent', 'fails', 1);
    assert.deepEqual(told, [
      '31: meter_not_responding/external',
      '33: end meter_not_responding/external',
    ]);
  });

  it('minds no old data where the home can do without', async () => {
    begin({ required: false });
    await live(1, ...times(40, 'silent' as const));
    assert.deepEqual(told, ['5: meter_not_responding']);
  });

  it('never takes a reading for newer than now', () => {
    watch.note(sampleReading(9e12), clock.mono());
    assert.equal(watch.measuredMs, clock.mono());
  });
});
