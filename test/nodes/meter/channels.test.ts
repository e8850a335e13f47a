import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { mapChannels, readChannel, wantedValues } from '../../../nodes/meter/channels.ts';
import { decodeMark, decodeReply } from '../../../nodes/meter/decode.ts';
import type { Profile, ValueType } from '../../../nodes/meter/profile.ts';
import { loadProfile } from '../../../nodes/meter/profile-file.ts';
import type { LookUp } from '../../../nodes/meter/values.ts';
import { SolthriveError } from '../../../nodes/site/errors.ts';
import type { ChannelConfig, CtProfile, ModbusMeterConfig } from '../../../nodes/site/schema.ts';

const profile = (id: string) =>
  loadProfile(fileURLToPath(new URL(`../../../config/meters/${id}.yaml`, import.meta.url)));
const WATTNODE = profile('ccs-wattnode-wnc');
const SDM120 = profile('eastron-sdm120');
const SDM630 = profile('eastron-sdm630-v2');

const VALUES: Record<string, number | null> = {
  power_total: 700,
  power_l1: 1000,
  power_l2: -400,
  power_l3: 100,
  voltage_l1_n: 120,
  voltage_l2_n: 119,
  voltage_l3_n: 121,
  current_l1: 9,
  current_l2: 4,
  current_l3: 1,
  reactive_power_l1: 200,
  reactive_power_l2: -50,
  reactive_power_l3: 0,
  power_factor_l1: 0.98,
  power_factor_l2: -0.9,
  power_factor_l3: 1,
  energy_import_total: 50,
  energy_export_total: 20,
  energy_import_total_nr: 5000,
  energy_export_total_nr: 2000,
  energy_import_l1: 300,
  energy_import_l2: 200,
  energy_import_l3: 1,
  energy_export_l1: 30,
  energy_export_l2: 40,
  energy_export_l3: 90,
};

function lookUpIn(values: Record<string, number | null>): LookUp {
  return (name) => {
    const value = values[name];
    const monoMs = name.startsWith('energy_export') ? 100 : 200;
    return value === undefined ? undefined : { value, monoMs };
  };
}

function meter(...channels: (Partial<ChannelConfig> & { id: string })[]): ModbusMeterConfig {
  return {
    id: 'main',
    source: 'modbus',
    profile: 'any',
    bus: 'rs485',
    unit: 1,
    channels: channels.map((channel) => ({
      role: 'grid',
      multiplier: 1,
      invert: false,
      ...channel,
    })),
  };
}

function read(
  channel: Partial<ChannelConfig>,
  { of = WATTNODE, values = VALUES, cts = [] as CtProfile[] } = {},
) {
  const [map] = mapChannels(meter({ id: 'c', ...channel }), of, cts);
  return readChannel(map!, lookUpIn(values));
}

describe('channels', () => {
  it('sum their phases with their signs', () => {
    const channel = read({ phases: ['l1', 'l2'] });
    assert.equal(channel.power_w, 600);
    assert.deepEqual(channel.phases?.l2, {
      voltage_v: 119,
      current_a: 4,
      power_w: -400,
      reactive_var: -50,
      power_factor: -0.9,
    });
    assert.equal(channel.phases?.l3, undefined);
  });

  it('turned round have negative powers, and counters that change places', () => {
    const channel = read({ phases: ['l1'], invert: true });
    assert.equal(channel.power_w, -1000);
    assert.deepEqual(channel.phases?.l1, {
      voltage_v: 120,
      current_a: 9,
      power_w: -1000,
      reactive_var: -200,
      power_factor: -0.98,
    });
    assert.equal(channel.import_kwh, 30);
    assert.equal(channel.export_kwh, 300);
  });

  it('turned round show a plain zero for zero', () => {
    const channel = read({ phases: ['l3'], invert: true });
    assert.ok(Object.is(channel.phases?.l3?.reactive_var, 0));
  });

  it('scale amperes, watts, vars and energies by multiplier and gain, but no volts', () => {
    const cts = [{ id: 'ct', rated_amps: 50, gain: 1.01, phase_deg: 0 }];
    const channel = read({ phases: ['l1'], multiplier: 2, ct: 'ct' }, { cts });
    const factor = 2 * 1.01;
    assert.equal(channel.power_w, 1000 * factor);
    assert.equal(channel.phases?.l1?.current_a, 9 * factor);
    assert.equal(channel.phases?.l1?.reactive_var, 200 * factor);
    assert.equal(channel.phases?.l1?.voltage_v, 120);
    assert.equal(channel.phases?.l1?.power_factor, 0.98);
    assert.equal(channel.import_kwh, 300 * factor);
    assert.equal(channel.counter_step_kwh, 0.001 * factor);
    assert.equal(channel.counter_modulus_kwh, 1e8 * factor);
  });

  it('are unknown where a part of them is unknown', () => {
    const values = { ...VALUES, power_l2: null, energy_export_l2: null };
    const channel = read({ phases: ['l1', 'l2'] }, { values });
    assert.equal(channel.power_w, null);
    assert.equal(channel.phases?.l1?.power_w, 1000);
    assert.equal(channel.import_kwh, 500);
    assert.equal(channel.export_kwh, null);
    const { reactive_power_l1: _, ...rest } = VALUES;
    assert.equal(read({ phases: ['l1'] }, { values: rest }).phases?.l1?.reactive_var, null);
  });

  it('without phases are the whole meter, with counters that nobody can reset', () => {
    const channel = read({});
    assert.equal(channel.power_w, 700);
    assert.deepEqual(Object.keys(channel.phases ?? {}), ['l1', 'l2', 'l3']);
    assert.equal(channel.import_kwh, 5000);
    assert.equal(channel.export_kwh, 2000);
    assert.equal(channel.counters, 'summed');
    assert.equal(channel.counters_mono_ms, 100);
  });

  it('have counters per phase where legs are added up, and netted ones where nothing is to net', () => {
    assert.equal(read({ phases: ['l1', 'l2'] }).counters, 'per_phase');
    assert.equal(read({ phases: ['l1', 'l2'] }).counter_modulus_kwh, null);
    assert.equal(read({ phases: ['l3'] }).counters, 'summed');
    assert.equal(read({ phases: ['l3', 'l1', 'l2'] }).counters, 'summed');
    assert.equal(read({}, { of: SDM630 }).counters, 'per_phase');
    assert.equal(read({}, { of: SDM630 }).import_kwh, 50);
    assert.equal(read({ phases: ['l1'] }, { of: SDM120 }).counters, 'summed');
    assert.equal(read({ phases: ['l1'] }, { of: SDM120 }).import_kwh, 50);
  });

  it('do not say when counters were read that were not', () => {
    const { energy_export_l1: _, ...values } = VALUES;
    const channel = read({ phases: ['l1'] }, { values });
    assert.equal(channel.export_kwh, null);
    assert.ok(!('counters_mono_ms' in channel));
  });

  it('do not take a phase without voltage for one without load', () => {
    const values = { ...VALUES, voltage_l2_n: 0.4, power_l2: 0, current_l2: 0 };
    const channel = read({ phases: ['l1', 'l2'] }, { values });
    assert.equal(channel.power_w, null);
    assert.equal(channel.phases?.l2?.current_a, null);
    assert.equal(channel.phases?.l2?.voltage_v, 0.4);
    assert.equal(read({}, { values }).power_w, 700, 'the meter leaves it out of its total itself');
    const dark = { ...values, voltage_l1_n: 0, voltage_l3_n: 0 };
    assert.equal(read({}, { values: dark }).power_w, null);
  });

  it('take the phase error of a CT out of what it shows', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -60, max: 60, noNaN: true }),
        fc.double({ min: 0.001, max: 8, noNaN: true }),
        (angleDeg, leadDeg) => {
          const rad = (deg: number) => (deg * Math.PI) / 180;
          const seen = rad(angleDeg - leadDeg);
          const values = {
            ...VALUES,
            power_l1: 1000 * Math.cos(seen),
            reactive_power_l1: 1000 * Math.sin(seen),
          };
          const cts = [{ id: 'ct', rated_amps: null, gain: 1, phase_deg: leadDeg }];
          const { phases } = read({ phases: ['l1'], ct: 'ct' }, { values, cts });
          close(phases?.l1?.power_w, 1000 * Math.cos(rad(angleDeg)));
          close(phases?.l1?.reactive_var, 1000 * Math.sin(rad(angleDeg)));
          close(phases?.l1?.power_factor, Math.cos(rad(angleDeg)));
        },
      ),
    );
  });

  it('want only what they need', () => {
    const names = (channels: Parameters<typeof meter>, of = WATTNODE) =>
      wantedValues(mapChannels(meter(...channels), of, []), of).map(({ name }) => name);
    assert.deepEqual(names([{ id: 'pv', role: 'solar', phases: ['l3'] }]).toSorted(), [
      'current_l3',
      'energy_export_l3',
      'energy_import_l3',
      'frequency',
      'power_factor_l3',
      'power_l3',
      'reactive_power_l3',
      'voltage_l3_n',
    ]);
    assert.ok(!names([{ id: 'all' }]).includes('energy_import_l1'));
    assert.ok(names([{ id: 'all' }]).includes('power_total'));
  });

  it('refuse a phase that the meter does not measure', () => {
    assert.throws(
      () => read({ phases: ['l2'] }, { of: SDM120 }),
      (error) =>
        error instanceof SolthriveError &&
        error.code === 'phase_unknown' &&
        /SDM120.*l1/s.test(`${error.message} ${error.hint}`),
    );
  });
});

describe('decoding', () => {
  // A WattNode reply for 1008..1015, low word first: 700.5 W, 1000 W, -400 W and NaN.
  const reply = Buffer.from('2000442f' + '0000447a' + '0000c3c8' + '00007fc0', 'hex');
  const powers = WATTNODE.values.filter(({ name }) => /^power_(l\d|total)$/.test(name));
  const request = { fn: 3 as const, address: 1008, count: 8, values: powers };

  it('finds each value at its place, and null where there is no number', () => {
    assert.deepEqual(decodeReply(WATTNODE, request, { data: reply, monoMs: 7 }), [
      ['power_total', { value: 700.5, monoMs: 7 }],
      ['power_l1', { value: 1000, monoMs: 7 }],
      ['power_l2', { value: -400, monoMs: 7 }],
      ['power_l3', { value: null, monoMs: 7, sentinel: Number.NaN }],
    ]);
  });

  const value = (address: number, type: ValueType, unit = 'W') => ({
    name: 'power_l1' as const,
    address,
    type,
    scale: 0.1,
    unit,
    speed: 'fast' as const,
  });
  const decoded = (
    values: ReturnType<typeof value>[],
    hex: string,
    codes: Partial<Record<'invalid' | 'asleep', Profile['invalid']>> = {},
  ) => {
    const big = { wordOrder: 'big' as const, byteOrder: 'big' as const };
    const coding = { ...big, invalid: {}, asleep: {}, ...codes };
    const data = Buffer.from(hex, 'hex');
    const read = { fn: 4 as const, address: 0, count: data.length / 2, values };
    return decodeReply(coding, read, { data, monoMs: 0 }).map(([, found]) => found);
  };

  it('scales, and takes the codes of the profile for unknown', () => {
    const values = [value(0, 'int16'), value(1, 'int16'), value(2, 'uint16'), value(3, 'float32')];
    const invalid = { int16: [-32_768], uint16: [65_535], float32: [Number.POSITIVE_INFINITY] };
    assert.deepEqual(
      decoded(values, 'ff9c8000ffff7f800000', { invalid }),
      [-10, null, null, null].map((found) => ({ value: found, monoMs: 0 })),
    );
  });

  it('tells a code that the profile does not list, and never takes it for a number', () => {
    const found = (type: ValueType, hex: string) => decoded([value(0, type)], hex)[0];
    for (const [type, hex, sentinel] of [
      ['int16', '8000', -0x8000],
      ['uint16', 'ffff', 0xffff],
      ['int32', '80000000', -0x8000_0000],
      ['int32', '7fffffff', 0x7fff_ffff],
      ['uint32', 'ffffffff', 0xffff_ffff],
      ['float32', '7fc00000', Number.NaN],
      ['float32', 'ff800000', Number.NEGATIVE_INFINITY],
    ] as const) {
      assert.deepEqual(found(type, hex), { value: null, monoMs: 0, sentinel }, hex);
    }
    assert.equal(found('int16', 'ffff')?.value, -0.1, 'a signed number can be -1');
    assert.equal(found('int32', 'ffffffff')?.value, -0.1);
    assert.equal(found('float32', '80000000')?.value, -0, 'a float can be -0');
  });

  it('takes a device that sleeps for one through which nothing flows, and knows no more of it', () => {
    const asleep = { int32: [-0x8000_0000], float32: [Number.NaN] };
    const values = ['W', 'A', 'var', 'V', 'Hz', 'kWh', ''].map((unit, index) =>
      value(index * 2, index === 1 ? 'float32' : 'int32', unit),
    );
    const hex = values.map(({ type }) => (type === 'float32' ? '7fc00000' : '80000000')).join('');
    assert.deepEqual(
      decoded(values, hex, { asleep }).map((found) => found.value),
      [0, 0, 0, null, null, null, null],
    );
    assert.ok(decoded(values, hex, { asleep }).every((found) => !('sentinel' in found)));
  });

  it('knows a meter by its marks', () => {
    const [code, zero, serial] = WATTNODE.identity;
    const matches = (mark: typeof code, hex: string) =>
      decodeMark(WATTNODE, mark!, Buffer.from(hex, 'hex')).matches;
    assert.ok(matches(code, '00c9'));
    assert.ok(!matches(code, '0047'));
    assert.ok(matches(zero, '00000000'));
    assert.ok(!matches(zero, '00010000'));
    const told = decodeMark(WATTNODE, serial!, Buffer.from('e2400001', 'hex'));
    assert.deepEqual(told, { found: 123_456, matches: true });
  });
});

function close(found: number | null | undefined, expected: number): void {
  assert.ok(typeof found === 'number' && Math.abs(found - expected) < 1e-6, `${found} ${expected}`);
}
