import assert from 'node:assert/strict';
import fc from 'fast-check';
import { zeroCounters } from '../../../nodes/simulator/counters.ts';
import { createHome, flowsOf } from '../../../nodes/simulator/home.ts';
import { SOUND } from '../../../nodes/simulator/measuring.ts';
import { MeteredHome } from '../../../nodes/simulator/metered-home.ts';
import { wiringOf } from '../../../nodes/simulator/wiring.ts';
import { CHICAGO } from '../../support/simulated-meter.ts';

const home = createHome(CHICAGO, { seed: 1 });
const wiring = wiringOf('split_phase');
const metered = (ms: number) => new MeteredHome({ home, wiring, counters: zeroCounters(), ms });

describe('counters of the simulated meter', () => {
  it('are the integral of power, in both directions', () => {
    const start = Date.parse('2026-06-10T14:00Z');
    const meter = metered(start);
    let solarWh = 0;
    let netWh = 0;
    for (let s = 0; s < 4 * 3600; s++) {
      const truth = flowsOf(home.at(start + s * 1000 + 500));
      solarWh += truth.solarW / 3600;
      netWh += truth.gridW / 3600;
      meter.advance(start + (s + 1) * 1000);
    }
    const { l1, l2, l3, total } = meter.counters;
    close(l3.importKwh, solarWh / 1000);
    close(l1.importKwh + l2.importKwh - l1.exportKwh - l2.exportKwh, netWh / 1000);
    close(total.importKwh - total.exportKwh, (solarWh + netWh) / 1000);
  });

  it('never go back, whatever the steps, the clock and the wiring', () => {
    const step = fc.record({
      wallMs: fc.integer({ min: -100_000, max: 100_000 }),
      elapsedMs: fc.integer({ min: 0, max: 100_000 }),
      reversed: fc.subarray(['l1', 'l2', 'l3'] as const),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const meter = metered(Date.parse('2026-06-10T14:00Z'));
        for (const { wallMs, elapsedMs, reversed } of steps) {
          const before = meter.counters;
          meter.rewire({ ...SOUND, reversed: new Set(reversed) });
          meter.advance(meter.now.ms + wallMs, { elapsedMs });
          for (const id of ['l1', 'l2', 'l3', 'total'] as const) {
            assert.ok(meter.counters[id].importKwh >= before[id].importKwh);
            assert.ok(meter.counters[id].exportKwh >= before[id].exportKwh);
          }
        }
      }),
    );
  });

  it('do not take a corrected clock for energy', () => {
    const meter = metered(Date.parse('1970-01-01T00:10Z'));
    meter.advance(Date.parse('2026-06-10T14:00Z'), { elapsedMs: 1000 });
    assert.ok(meter.counters.total.importKwh + meter.counters.total.exportKwh < 0.01);
    assert.equal(meter.now.ms, Date.parse('2026-06-10T14:00Z'));
  });

  it('take a long sleep in steps that still see the kettle', () => {
    const start = Date.parse('2026-06-10T05:00Z');
    const [fine, coarse] = [metered(start), metered(start)];
    for (let ms = start; ms < start + 86_400_000; ms += 5_000) fine.advance(ms + 5_000);
    coarse.advance(start + 86_400_000, { stepMs: 60_000 });
    close(coarse.counters.l3.importKwh, fine.counters.l3.importKwh, 0.02);
    close(coarse.counters.l1.importKwh, fine.counters.l1.importKwh, 0.08);
  });
});

function close(found: number, expected: number, share = 0.001): void {
  assert.ok(Math.abs(found / expected - 1) <= share, `${found} is not ${expected}`);
}
