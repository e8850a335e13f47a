import assert from 'node:assert/strict';
import { DaylightWatch, SunHeight } from '../../../../nodes/health/doctor/daylight.ts';
import type { Daylight } from '../../../../nodes/health/doctor/second.ts';
import { solarOf } from './synthetic-site.ts';

const LONDON = { latitude: 51.5074, longitude: -0.1278 };
const DENVER_MIDNIGHT = Date.parse('2026-06-10T07:00:00Z');
const NOWHERE = { latitude: null, longitude: null };
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

describe('day and night at the site', () => {
  it('follows the almanac: civil dusk and dawn bound the night', () => {
    // London, 20 March 2024: civil twilight 05:34 to 18:44 UTC.
    const daylight = new DaylightWatch(LONDON);
    const at = (time: string) =>
      daylight.take({ wallMs: Date.parse(`2024-03-20T${time}:00Z`), solarRawW: 0 });
    assert.equal(at('05:25'), 'night');
    assert.equal(at('05:45'), 'between');
    assert.equal(at('12:00'), 'day');
    assert.equal(at('18:30'), 'between');
    assert.equal(at('18:55'), 'night');
  });

  it('has no night in a polar summer and no day in a polar winter', () => {
    const daylight = new DaylightWatch({ latitude: 70, longitude: 25 });
    for (let hour = 0; hour < 24; hour++) {
      const on = (day: string) =>
        daylight.take({ wallMs: Date.parse(day) + hour * 60 * MINUTE, solarRawW: 0 });
      assert.notEqual(on('2026-06-21T00:00Z'), 'night');
      assert.notEqual(on('2026-12-21T00:00Z'), 'day');
    }
  });

  it('says nothing while the clock is not trusted', () => {
    const daylight = new DaylightWatch(LONDON);
    assert.equal(daylight.take({ wallMs: null, solarRawW: 4_000 }), 'unknown');
    assert.equal(new SunHeight(LONDON).at(null), null);
    assert.equal(new SunHeight(null).at(DENVER_MIDNIGHT), null);
  });

  it('learns day and night from solar where there are no coordinates', () => {
    const daylight = new DaylightWatch(NOWHERE);
    const solar = solarOf();
    const first = live(daylight, { days: 3, solar });
    assert.deepEqual([...new Set(first)], ['unknown'], 'three days say nothing yet');
    const later = live(daylight, { days: 1, solar, fromDay: 3 });
    const hour = (local: number) => later[local * 60];
    assert.equal(hour(1), 'night');
    assert.equal(hour(4.5), 'between');
    assert.equal(hour(12), 'day');
    assert.equal(hour(23), 'night');
  });

  it('goes on with what it has learned after a restart, until the channel is another', () => {
    const before = new DaylightWatch(NOWHERE);
    live(before, { days: 4, solar: solarOf() });
    const after = new DaylightWatch(NOWHERE);
    after.restore(JSON.parse(JSON.stringify(before.save())));
    const noon = DENVER_MIDNIGHT + 4 * DAY + 720 * MINUTE;
    assert.equal(after.take({ wallMs: noon, solarRawW: 3_000 }), 'day');
    after.forget();
    assert.equal(after.take({ wallMs: noon, solarRawW: 3_000 }), 'unknown');
  });

  it('ignores saved evidence that it cannot read', () => {
    const daylight = new DaylightWatch(NOWHERE);
    for (const saved of [null, 7, {}, { learned: [{ day: 1, meansW: [1, 2] }] }]) {
      daylight.restore(saved);
    }
    assert.equal(daylight.take({ wallMs: DENVER_MIDNIGHT, solarRawW: 0 }), 'unknown');
  });

  it('learns nothing from a channel that never rests', () => {
    const daylight = new DaylightWatch(NOWHERE);
    const said = live(daylight, { days: 5, solar: () => 400 });
    assert.deepEqual([...new Set(said)], ['unknown']);
  });
});

interface Life {
  days: number;
  fromDay?: number;
  solar: (ms: number) => number;
}

/** What it says in each minute, having seen a value every five seconds. */
function live(daylight: DaylightWatch, { days, fromDay = 0, solar }: Life): Daylight[] {
  const said: Daylight[] = [];
  const fromMs = DENVER_MIDNIGHT + fromDay * DAY;
  for (let ms = fromMs; ms < fromMs + days * DAY; ms += 5_000) {
    const now = daylight.take({ wallMs: ms, solarRawW: solar(ms) });
    if (ms % MINUTE === 0) said.push(now);
  }
  return said;
}
