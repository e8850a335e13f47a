import assert from 'node:assert/strict';
import type { MinuteRecord } from '../../../../nodes/journal/minute.ts';
import { correctMinute, correctQuarter } from '../../../../nodes/rollup/correct/correct.ts';
import { makeQuarters } from '../../../../nodes/rollup/sums/quarter.ts';
import type { SiteConfig } from '../../../../nodes/site/schema.ts';
import { configOf, meter, type Truth } from '../correct/twin-homes.ts';

const RIGHT = configOf({ mains: { role: 'grid' }, pv: { role: 'solar' } });
const REVERSED = configOf({ mains: { role: 'grid' }, pv: { role: 'solar', invert: true } });
const LINE_SIDE = configOf(
  { mains: { role: 'grid' }, pv: { role: 'solar' } },
  { solar_position: 'line_side' },
);
const FROM = '2026-06-12T06:00:00Z';

/** B2 of energy.md: the inverter draws 12 W of the 412 W that the home buys; then the sun rises. */
const night: Truth = (ms) => ({ mains: 412, pv: ms < Date.parse(FROM) + 20 * 60_000 ? -12 : 300 });

const metered = (under: SiteConfig[], truth = night) =>
  meter({ truth, right: RIGHT, under, from: FROM, minutes: 30 });
const near = (found: number | null | undefined, wanted: number) =>
  assert.ok(Math.abs((found ?? 0) - wanted) < 2e-7, `${found} is not ${wanted}`);

describe('what an inverter draws while the sun is away', () => {
  it('is kept beside the energy of the home, which it is a part of', () => {
    const [minutes = []] = metered([RIGHT]);
    const [first, last] = [minutes[2]?.energy, minutes.at(-1)?.energy];
    near(first?.solar_standby_kwh, 0.0002);
    assert.equal(first?.solar_kwh, 0);
    near(first?.home_kwh, 0.412 / 60);
    assert.equal('solar_standby_kwh' in (last ?? {}), false);
    near(last?.solar_kwh, 0.005);
  });

  it('is as much where the mains see the home alone', () => {
    // B5: mains 500, solar -10: the grid has 510, and so has the home.
    const [minutes = []] = metered([LINE_SIDE], () => ({ mains: 500, pv: -10 }));
    near(minutes[2]?.energy.solar_standby_kwh, 0.01 / 60);
    near(minutes[2]?.energy.home_kwh, 0.51 / 60);
  });

  it('changes places with the solar energy where the sensor was the wrong way round', () => {
    const [right = [], wrong = []] = metered([RIGHT, REVERSED]);
    near(wrong[2]?.energy.solar_kwh, 0.0002);
    near(wrong.at(-1)?.energy.solar_standby_kwh, 0.005);
    for (const [index, minute] of wrong.entries()) {
      const mended = correctMinute(minute, REVERSED, RIGHT).energy;
      near(mended.solar_kwh, right[index]?.energy.solar_kwh ?? 0);
      near(mended.solar_standby_kwh, right[index]?.energy.solar_standby_kwh ?? 0);
    }
    assert.equal(
      'solar_standby_kwh' in correctMinute(wrong[25] as MinuteRecord, REVERSED, RIGHT).energy,
      false,
    );
    const [quarter] = makeQuarters(wrong);
    const [wanted] = makeQuarters(right);
    assert.ok(quarter && wanted);
    const { energy } = correctQuarter(quarter, REVERSED, RIGHT);
    assert.ok(Math.abs((energy.solar_standby_kwh ?? 0) - 0.003) < 3e-6);
    assert.ok(Math.abs((energy.solar_kwh ?? 0) - (wanted.energy.solar_kwh ?? 0)) < 3e-6);
  });

  it('is told of a block where counters know it, and scales with its sensor', () => {
    const [[minute] = []] = metered([RIGHT]);
    assert.ok(minute);
    const half = configOf({ mains: { role: 'grid' }, pv: { role: 'solar', multiplier: 0.5 } });
    const recovered = {
      from: '2026-06-12T01:00:00.000Z',
      to: '2026-06-12T05:00:00.000Z',
      energy: { solar_kwh: 1, home_kwh: 4, import_kwh: 3, solar_standby_kwh: 0.04 },
      channels: { 'main/pv': { import_kwh: 1, export_kwh: 0.04 } },
    };
    const told = (was: SiteConfig, now: SiteConfig) =>
      correctMinute({ ...minute, recovered }, was, now).recovered?.energy;
    assert.equal(told(half, RIGHT)?.solar_standby_kwh, 0.08);
    assert.deepEqual(
      [told(REVERSED, RIGHT)?.solar_kwh, told(REVERSED, RIGHT)?.solar_standby_kwh],
      [0.04, 1],
    );
    const dark = { ...recovered, energy: { home_kwh: 3, import_kwh: 3 } };
    const mended = correctMinute({ ...minute, recovered: dark }, half, RIGHT).recovered?.energy;
    assert.equal('solar_standby_kwh' in (mended ?? {}), false);
  });
});
