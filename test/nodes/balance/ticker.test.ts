import assert from 'node:assert/strict';
import { Ticker } from '../../../nodes/balance/ticker.ts';
import type { Clock } from '../../../nodes/site/clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const at = (ms: number) => new Date(ms).toISOString().slice(11, 23);

function run(clock: VirtualClock, seen: Clock = clock) {
  const seconds: [string, number][] = [];
  const ticker = new Ticker(seen, ({ wallMs, monoMs }) => seconds.push([at(wallMs), monoMs]));
  ticker.start();
  return { seconds, ticker };
}

describe('ticker', () => {
  it('ticks on every second of the wall clock', async () => {
    const clock = new VirtualClock('2026-06-21T12:00:00.300Z');
    const { seconds, ticker } = run(clock);
    await clock.advance(3000);
    assert.deepEqual(seconds, [
      ['12:00:01.000', 700],
      ['12:00:02.000', 1700],
      ['12:00:03.000', 2700],
    ]);
    ticker.stop();
    assert.equal(clock.waiting, 0);
  });

  it('does not add up lateness, and waits again when fired early', async () => {
    const clock = new VirtualClock('2026-06-21T12:00:00.000Z');
    let off = 0;
    const sloppy: Clock = {
      now: () => clock.now(),
      mono: () => clock.mono(),
      after: (ms, then) => {
        off = off === 3 ? -1 : 3;
        return clock.after(Math.max(0.5, ms + off), then);
      },
    };
    const { seconds, ticker } = run(clock, sloppy);
    await clock.advance(60_500);
    ticker.stop();
    assert.equal(seconds.length, 60);
    assert.deepEqual(seconds.at(-1)?.[0], '12:01:00.000');
    for (const [index, [, mono]] of seconds.entries()) {
      const late = mono - (index + 1) * 1000;
      assert.ok(late >= 0 && late <= 3, `second ${index + 1} was ${late} ms late`);
    }
  });

  it('follows a clock that was set', async () => {
    const clock = new VirtualClock('2026-06-21T12:00:00.000Z');
    const { seconds, ticker } = run(clock);
    await clock.advance(1500);
    clock.wallJump(-3_600_250);
    await clock.advance(2000);
    ticker.stop();
    assert.deepEqual(
      seconds.map(([second]) => second),
      ['12:00:01.000', '11:00:01.000', '11:00:02.000', '11:00:03.000'].slice(0, seconds.length),
    );
    assert.ok(seconds.length >= 3);
  });
});
