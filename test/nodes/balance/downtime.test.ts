import assert from 'node:assert/strict';
import { downtimeMs } from '../../../nodes/balance/downtime.ts';

const ENDED = Date.parse('2026-06-21T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DESK = { keeper: false, synchronised: false, rtcMs: null, confirmed: false };
const PI = { ...DESK, keeper: true };

describe('the time between two runs', () => {
  const cases: [string, number, number, number, typeof DESK, number][] = [
    ['is told by a clock that is believed', ENDED, ENDED + 9 * DAY, HOUR, DESK, 9 * DAY],
    [
      'is told after the network was heard',
      ENDED,
      ENDED + HOUR,
      60_000,
      { ...PI, synchronised: true },
      HOUR,
    ],
    ['is not known in 1970', ENDED, 20_000, 20_000, PI, DAY],
    ['is not known before the end of the earlier run', ENDED, ENDED - HOUR, HOUR, DESK, DAY],
    ['is not known by a clock that stood still meanwhile', ENDED, ENDED + 30_000, 40_000, PI, DAY],
    ['is at least what such a clock tells', ENDED, ENDED + 3 * DAY, 40_000, PI, 3 * DAY],
    [
      'is known within one start of the machine, whatever its date',
      50_000,
      60_000,
      400_000,
      PI,
      10_000,
    ],
    [
      'is not known where a wrong clock ended it',
      ENDED + DAY,
      ENDED,
      HOUR,
      { ...PI, synchronised: true },
      DAY,
    ],
    [
      'is not known after the clock was set',
      50_000,
      ENDED,
      400_000,
      { ...PI, synchronised: true },
      DAY,
    ],
  ];
  for (const [what, endedMs, wallMs, bootMs, facts, expected] of cases) {
    it(what, () => {
      const boot = { id: 'boot-1', ms: bootMs };
      assert.equal(downtimeMs({ atMs: endedMs, boot: null }, { wallMs, boot, facts }), expected);
    });
  }

  it('is told by the start of the machine where that is the same, whatever was set meanwhile', () => {
    const wakening = { wallMs: ENDED, boot: { id: 'boot-2', ms: 65_000 }, facts: PI };
    const told = (id: string) => downtimeMs({ atMs: 45_000, boot: { id, ms: 60_000 } }, wakening);
    assert.deepEqual([told('boot-2'), told('boot-1')], [5_000, DAY]);
  });
});
