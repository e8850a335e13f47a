/** A meter without a line, told to do wrong: what its registers and its replies are then. */
import assert from 'node:assert/strict';
import { decodeValue, registersOf } from '../../../nodes/meter/registers.ts';
import { zeroCounters } from '../../../nodes/simulator/counters.ts';
import { type HomeScriptInput, homeScriptSchema } from '../../../nodes/simulator/home-script.ts';
import { MeteredHome } from '../../../nodes/simulator/metered-home.ts';
import { RegisterMeter } from '../../../nodes/simulator/register-meter.ts';
import { createScriptedHome } from '../../../nodes/simulator/scripted-home.ts';
import { wiringOf } from '../../../nodes/simulator/wiring.ts';
import { CHICAGO, shippedProfile } from '../../support/simulated-meter.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const WNC = shippedProfile('ccs-wattnode-wnc');
const NOON = '2026-06-10T17:40:00.000Z';
const MIDNIGHT = '2026-06-10T06:00:00.000Z';

function meterAt(start: string, script: HomeScriptInput = {}, profile = WNC) {
  const clock = new VirtualClock(start);
  const home = createScriptedHome(CHICAGO, homeScriptSchema.parse({ weather: 'clear', ...script }));
  const wiring = wiringOf('split_phase');
  const metered = new MeteredHome({ home, wiring, ms: clock.now(), counters: zeroCounters() });
  const meter = new RegisterMeter({ metered, profile, clock });
  meter.live();
  const shown = (name: string) => {
    const value = profile.values.find((each) => each.name === name)!;
    const data = meter.ask(profile.fn, value.address, registersOf(value.type));
    assert.ok(Buffer.isBuffer(data), `${name}: ${data}`);
    return decodeValue(data, 0, value.type, profile) * value.scale;
  };
  return { meter, clock, shown };
}

describe('meter without a line', () => {
  it('lives by its clock, and counts what it measures', async () => {
    const { meter, clock, shown } = meterAt(NOON);
    assert.ok(shown('power_l3') > 4_000);
    await clock.advance(60_000);
    meter.live();
    const solarKwh = shown('energy_import_l3');
    assert.ok(Math.abs(solarKwh - meter.truth.solarW / 60_000) < 0.001);
  });

  it('shows a change of its wires at once, and the truth beside it', () => {
    const { meter, shown } = meterAt(NOON);
    const sound = shown('power_l3');
    meter.command({ fault: 'ct_reversed', phases: ['l3'] });
    assert.equal(shown('power_l3'), -sound);
    assert.ok(meter.truth.solarW > 4_000);
    meter.command({ fault: 'ct_ratio', phases: ['l3'], factor: 0.025 });
    assert.ok(Math.abs(shown('power_l3') + sound / 40) < 0.01);
    meter.command({ fault: 'none' });
    assert.equal(shown('power_l3'), sound);
  });

  it('errs in its gains as it is seeded: constant, each input its own', () => {
    const { meter, shown } = meterAt(NOON);
    const sound = [1, 2, 3].map((input) => shown(`power_l${input}`));
    meter.command({ fault: 'gain_error', percent: 5, seed: 4 });
    const off = [1, 2, 3].map((input, index) => shown(`power_l${input}`) / sound[index]!);
    assert.equal(new Set(off.map((gain) => gain.toFixed(5))).size, 3);
    assert.ok(off.every((gain) => Math.abs(gain - 1) <= 0.05));
    meter.live();
    assert.equal(shown('power_l1') / sound[0]!, off[0]);
  });

  it('turns every sign when its reference is swapped, and moves all CTs when they are rotated', () => {
    const { meter, shown } = meterAt(NOON);
    const [l1, l2, l3] = [shown('power_l1'), shown('power_l2'), shown('power_l3')];
    meter.command({ fault: 'reference_swapped' });
    assert.ok(Math.abs(shown('power_l3') / l3 + 1) < 0.01);
    assert.ok(Math.abs(shown('power_l1') / l1 + 1) < 0.01);
    meter.command({ clear: 'reference_swapped' });
    meter.command({ fault: 'ct_rotated' });
    assert.ok(Math.abs(shown('power_l2') / -l1 - 1) < 0.01, 'the CT of l1 at the voltage of l2');
    assert.ok(Math.abs(shown('power_l3') / -l2 - 1) < 0.01);
  });

  it('loses the share of frames it is told, the same ones each time', () => {
    const lost = () => {
      const { meter } = meterAt(NOON);
      meter.command({ fault: 'lost_frames', percent: 2 });
      return Array.from({ length: 5_000 }, () => meter.ask(3, 1000, 2) === 'timeout');
    };
    const first = lost();
    const count = first.filter(Boolean).length;
    assert.ok(count > 70 && count < 135, `${count} of 5000`);
    assert.deepEqual(lost(), first);
  });

  it('is silent for five seconds when it restarts, and keeps its counters', async () => {
    const { meter, clock, shown } = meterAt(NOON);
    await clock.advance(10_000);
    meter.live();
    const counted = shown('energy_import_l3');
    meter.command({ fault: 'restart' });
    assert.equal(meter.ask(3, 1000, 2), 'timeout');
    await clock.advance(4_999);
    assert.equal(meter.ask(3, 1000, 2), 'timeout');
    await clock.advance(1);
    assert.ok(shown('energy_import_l3') >= counted);
  });

  it('says how a reply went wrong', () => {
    for (const [command, reply] of [
      [{ fault: 'silence' }, 'timeout'],
      [{ fault: 'truncated_frame' }, 'timeout'],
      [{ fault: 'late_reply', ms: 1_500 }, 'timeout'],
      [{ fault: 'crc_error' }, 'crc_error'],
      [{ fault: 'noise_byte' }, 'crc_error'],
      [{ fault: 'wrong_unit' }, 'wrong_unit'],
      [{ fault: 'exception', code: 6 }, 6],
    ] as const) {
      const { meter } = meterAt(NOON);
      meter.command(command);
      assert.equal(meter.ask(3, 1000, 2), reply);
    }
  });

  it('sleeps with its inverter: the sentinel at night, numbers by day', () => {
    const asleep = { fault: 'solar_asleep', values: ['power_l3'] };
    const night = meterAt(MIDNIGHT);
    night.meter.command(asleep);
    assert.ok(Number.isNaN(night.shown('power_l3')));
    assert.ok(night.shown('power_l1') > 100);
    const day = meterAt(NOON);
    day.meter.command(asleep);
    assert.ok(day.shown('power_l3') > 4_000);
  });

  it('freezes what was read and what was not', async () => {
    const { meter, clock, shown } = meterAt(NOON);
    const before = shown('voltage_l1_n');
    meter.command({ fault: 'frozen' });
    await clock.advance(600_000);
    meter.live();
    assert.equal(shown('voltage_l1_n'), before);
    const frozen = shown('energy_import_l3');
    meter.command({ clear: 'frozen' });
    assert.notEqual(shown('voltage_l1_n'), before);
    assert.ok(shown('energy_import_l3') > frozen);
  });
});

describe('registers read as something else', () => {
  const INTEGERS = {
    ...WNC,
    id: 'integers',
    wordOrder: 'big' as const,
    align: 1,
    identity: [],
    blocks: [{ start: 0, count: 4 }],
    values: [
      { name: 'power_l3', address: 0, type: 'int32', scale: 0.1, unit: 'W', speed: 'fast' },
      { name: 'voltage_l1_n', address: 2, type: 'int32', scale: 0.1, unit: 'V', speed: 'fast' },
    ] as never,
  };

  it('the low word of a long power crosses 32,768 units and changes its sign', () => {
    const { meter, shown } = meterAt(NOON, {}, INTEGERS);
    const watts = shown('power_l3');
    assert.ok(watts > 3_277);
    const low = meter.ask(3, 1, 1);
    assert.ok(Buffer.isBuffer(low), 'meters of integers answer half a value');
    assert.equal(low.readInt16BE(), Math.round(watts * 10) - 65_536);
  });

  it('power_width serves just that to whoever reads rightly', () => {
    const { meter, shown } = meterAt(NOON, {}, INTEGERS);
    const watts = shown('power_l3');
    const volts = shown('voltage_l1_n');
    meter.command({ fault: 'power_width' });
    assert.ok(Math.abs(shown('power_l3') - (watts - 6_553.6)) < 0.01);
    assert.equal(shown('voltage_l1_n'), volts);
    const floats = meterAt(NOON);
    const float = floats.shown('power_l3');
    floats.meter.command({ fault: 'power_width' });
    assert.ok(Math.abs(floats.shown('power_l3') - (float - 6_553.6)) < 0.1, 'in tenths of a W');
  });

  it('words_exchanged serves the two words the other way round', () => {
    const { meter, shown } = meterAt(NOON);
    const sound = meter.ask(WNC.fn, 1148, 2);
    meter.command({ fault: 'words_exchanged', values: ['voltage_l1_n'] });
    const value = WNC.values.find(({ name }) => name === 'voltage_l1_n')!;
    const data = meter.ask(WNC.fn, value.address, 2) as Buffer;
    const other = { ...WNC, wordOrder: WNC.wordOrder === 'big' ? 'little' : 'big' } as const;
    const volts = decodeValue(data, 0, value.type, other);
    assert.ok(volts > 115 && volts < 125, `${volts}`);
    assert.ok(!(shown('voltage_l1_n') > 115 && shown('voltage_l1_n') < 125));
    assert.ok(Buffer.isBuffer(sound));
    assert.ok(shown('power_l3') > 4_000, 'only what was named');
  });
});
