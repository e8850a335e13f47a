import assert from 'node:assert/strict';
import { checkReading } from '../../../nodes/balance/check-reading.ts';
import { Balance } from '../../../nodes/balance/home.ts';
import { Impossible } from '../../../nodes/balance/impossible.ts';
import type { PhaseReading, Reading } from '../../../nodes/meter/reading.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';

const CONFIG = siteConfigSchema.parse({
  meters: [
    { id: 'inverter', source: 'external', channels: [{ id: 'pv', role: 'solar' }] },
    { id: 'mains', source: 'external', channels: [{ id: 'grid', role: 'grid' }] },
  ],
});

describe('numbers that cannot be from a source of one’s own', () => {
  let second = 0;
  const start = () => {
    second = 0;
    const [meter] = CONFIG.meters;
    assert.ok(meter);
    return new Impossible(meter, CONFIG.ct_profiles, CONFIG.site);
  };
  const sent = (phase: Partial<PhaseReading>, rest: object = {}): Reading => {
    const monoMs = 1_000 * second++;
    const l1 = { voltage_v: 121, current_a: 10, power_w: 1_190, reactive_var: 5, ...phase };
    const pv = { role: 'solar', power_w: l1.power_w, import_kwh: 5, phases: { l1 }, ...rest };
    return checkReading(
      { meter: 'inverter', frequency_hz: 60, channels: { pv } },
      { wallMs: 0, monoMs },
    );
  };

  it('leave a reading as it is where everything can be', () => {
    const reading = sent({});
    assert.equal(start().without(reading), reading);
  });

  it('are unknown in the phase and in the channel, and told as they were', () => {
    const judged = start().without(sent({ voltage_v: 1_210 }));
    const { pv } = judged.channels;
    assert.deepEqual(pv?.phases?.l1, {
      voltage_v: null,
      current_a: 10,
      power_w: null,
      reactive_var: null,
    });
    assert.equal(pv?.power_w, null);
    assert.equal(pv?.import_kwh, 5);
    assert.deepEqual(judged.doubts, [
      { value: 'voltage_v', phase: 'l1', channel: 'pv', shown: 1_210, kind: 'voltage' },
    ]);
  });

  it('are told at once where no service carries them, and when they last where values may be old', () => {
    assert.equal(start().without(sent({}, { power_w: 1_190_000 })).channels.pv?.power_w, null);
    const judge = start();
    const judged = [0, 1, 2, 3, 4].map(() => judge.without(sent({ power_w: 5_000 })));
    assert.deepEqual(
      judged.map(({ channels }) => channels.pv?.power_w),
      [5_000, 5_000, 5_000, null, null],
    );
    const step = start();
    for (const phase of [{}, { power_w: 5_000 }, { power_w: 5_000, current_a: 42 }]) {
      assert.equal(step.without(sent(phase)).doubts, undefined);
    }
  });

  it('hide a frequency, and a counter that nobody can have reached', () => {
    const reading = { ...sent({}, { import_kwh: 4e9 }), frequency_hz: 6_000 };
    const judged = start().without(reading);
    assert.equal(judged.frequency_hz, null);
    assert.equal(judged.channels.pv?.import_kwh, null);
    assert.equal(judged.channels.pv?.power_w, 1_190);
    assert.deepEqual(
      judged.doubts?.map(({ kind }) => kind),
      ['energy', 'frequency'],
    );
  });

  it('make the snapshot partial, and stand under its sources', () => {
    const instant = { wallMs: 0, monoMs: 0 };
    const balance = new Balance({ config: CONFIG, run: 'r', simulated: false, start: instant });
    const grid = { role: 'grid', power_w: 300 };
    balance.take(checkReading({ meter: 'mains', channels: { grid } }, instant));
    const judge = start();
    balance.take(judge.without(sent({})));
    const sound = balance.tick({ wallMs: 1_000, monoMs: 1_000 }).snapshot;
    assert.equal(sound.quality, 'good');
    assert.ok(sound.sources.inverter && !('doubts' in sound.sources.inverter));
    balance.take(judge.without(sent({ voltage_v: 4_000 })));
    const { solar_w, home_w, grid_w, quality, sources } = balance.tick({
      wallMs: 2_000,
      monoMs: 2_000,
    }).snapshot;
    assert.deepEqual({ solar_w, home_w, grid_w }, { solar_w: null, home_w: null, grid_w: 300 });
    assert.equal(quality, 'partial');
    assert.equal(sources.inverter?.doubts?.[0]?.shown, 4_000);
  });
});
