import assert from 'node:assert/strict';
import { type HomeScriptInput, homeScriptSchema } from '../../../nodes/simulator/home-script.ts';
import { anyHolds, holds, timingOf, timingsOf } from '../../../nodes/simulator/timing.ts';

const at = (time: string, day = 0) => {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return { day, second: hours * 3600 + minutes * 60 };
};
const load = (written: Partial<NonNullable<HomeScriptInput['loads']>[number]>) =>
  timingsOf(homeScriptSchema.parse({ loads: [{ watts: 1, ...written }] }).loads[0]!);

describe('times of a home script', () => {
  it('hold from a time up to another, every day unless days are named', () => {
    const evening = timingOf({ from: '18:00', to: '19:30', days: undefined });
    assert.deepEqual(
      ['17:59', '18:00', '19:29', '19:30'].map((time) => holds(evening, at(time, 5))),
      [false, true, true, false],
    );
    const once = timingOf({ from: '18:00', to: '19:30', days: [1] });
    assert.deepEqual(
      [0, 1, 2].map((day) => holds(once, at('18:30', day))),
      [false, true, false],
    );
  });

  it('run over midnight as part of the day they begin on', () => {
    const night = timingOf({ from: '22:00', to: '04:00', days: [1] });
    assert.equal(holds(night, at('03:00', 1)), false);
    assert.equal(holds(night, at('23:00', 1)), true);
    assert.equal(holds(night, at('03:00', 2)), true);
    assert.equal(holds(night, at('04:00', 2)), false);
    assert.equal(holds(night, at('23:00', 2)), false);
  });

  it('are all day long where nothing is said', () => {
    for (const time of ['00:00', '12:00', '23:59']) assert.ok(anyHolds(load({}), at(time)));
  });

  it('repeat within their span', () => {
    const cycles = load({ from: '10:00', to: '12:00', every_minutes: 30, on_minutes: 10 });
    assert.deepEqual(
      ['09:59', '10:00', '10:09', '10:10', '10:30', '11:40', '12:00'].map((time) =>
        anyHolds(cycles, at(time)),
      ),
      [false, true, true, false, true, false, false],
    );
    const half = load({ every_minutes: 20 });
    assert.deepEqual(
      ['00:09', '00:10', '00:20'].map((time) => anyHolds(half, at(time))),
      [true, false, true],
    );
  });

  it('start at each of some times for so many minutes', () => {
    const kettle = load({ at: ['07:00', '23:58'], minutes: 4 });
    assert.deepEqual(
      ['06:59', '07:03', '07:04', '23:59', '00:01', '00:02'].map((time) =>
        anyHolds(kettle, at(time)),
      ),
      [false, true, false, true, true, false],
    );
  });

  it('are refused where they are no times', () => {
    for (const from of ['7:00', '24:30', '12:60', 'noon']) {
      const { success } = homeScriptSchema.safeParse({ loads: [{ watts: 1, from }] });
      assert.equal(success, false, from);
    }
  });
});
