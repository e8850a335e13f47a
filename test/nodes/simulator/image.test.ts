import assert from 'node:assert/strict';
import { PHASES } from '../../../nodes/meter/reading.ts';
import { decodeValue, registersOf } from '../../../nodes/meter/registers.ts';
import { UNITS } from '../../../nodes/meter/vocabulary.ts';
import { createHome } from '../../../nodes/simulator/home.ts';
import { RegisterImage } from '../../../nodes/simulator/image.ts';
import { MeteredHome } from '../../../nodes/simulator/metered-home.ts';
import { type MeterValues, valuesOf } from '../../../nodes/simulator/values.ts';
import { wiringOf } from '../../../nodes/simulator/wiring.ts';
import { CHICAGO, shippedProfile } from '../../support/simulated-meter.ts';

const PROFILES = ['ccs-wattnode-wnc', 'eastron-sdm120', 'eastron-sdm630-v2'];
const energy = { importKwh: 4_321.5, exportKwh: 987.25 };
const counters = { l1: energy, l2: energy, l3: energy, total: { importKwh: 5_000, exportKwh: 10 } };

function someValues(totals: 'summed' | 'per_phase' = 'summed'): MeterValues {
  const home = createHome(CHICAGO, { seed: 1 });
  const ms = Date.parse('2026-06-10T18:00Z');
  const { now } = new MeteredHome({ home, wiring: wiringOf('split_phase'), counters, ms });
  return valuesOf(now, counters, totals);
}

describe('values of the simulated meter', () => {
  it('answer every name a profile may use', () => {
    const values: Record<string, number> = someValues();
    for (const name of UNITS.keys()) assert.ok(Number.isFinite(values[name]), name);
  });

  it('net the totals as the profile says', () => {
    assert.equal(someValues('summed').energy_import_total, 5_000);
    assert.equal(someValues('per_phase').energy_import_total, 3 * 4_321.5);
  });

  it('keep power factor, power and current of one mind', () => {
    const values = someValues();
    for (const phase of PHASES) {
      const apparent = values[`voltage_${phase}_n`] * values[`current_${phase}`];
      const power = values[`power_factor_${phase}`] * apparent;
      assert.ok(Math.abs(power - values[`power_${phase}`]) < 1e-6);
    }
  });
});

for (const id of PROFILES) {
  describe(`image of ${id}`, () => {
    const profile = shippedProfile(id);
    const image = new RegisterImage(profile);
    const values: Record<string, number> = someValues();
    image.fill(someValues());

    const decoded = (name: string) => {
      const value = profile.values.find((each) => each.name === name)!;
      const data = image.read(profile.fn, value.address, registersOf(value.type));
      assert.ok(typeof data !== 'number', `exception ${data} for ${name}`);
      return decodeValue(data, 0, value.type, profile) * value.scale;
    };

    it('holds every value where its profile says', () => {
      for (const { name } of profile.values) {
        const tolerance = Math.abs(values[name]!) * 1e-6 + 1e-6;
        assert.ok(Math.abs(decoded(name) - values[name]!) <= tolerance, name);
      }
    });

    it('answers whole blocks and nothing across or beside them', () => {
      const { fn, align, maxRegisters } = profile;
      for (const block of profile.blocks) {
        const count = Math.min(block.count, maxRegisters);
        assert.ok(typeof image.read(fn, block.start, count - (count % align)) !== 'number');
        assert.equal(image.read(fn, block.start + block.count, 2), 2);
        if (block.count < maxRegisters - align) {
          assert.equal(image.read(fn, block.start, block.count + Math.max(2, align)), 2);
        }
      }
      assert.equal(image.read(fn, profile.blocks[0]!.start, maxRegisters + align), 3);
      assert.equal(image.read(fn, profile.blocks[0]!.start, 0), 3);
      assert.equal(image.read(6, profile.blocks[0]!.start, 2), 1);
    });

    it('refuses to cut a value in half', () => {
      const value = profile.values.find((each) => registersOf(each.type) === 2)!;
      assert.ok(typeof image.read(profile.fn, value.address + 1, 2) === 'number');
      assert.ok(typeof image.read(profile.fn, value.address, 1) === 'number');
    });

    it('is known by its marks', () => {
      for (const { address, fn, type, expect } of profile.identity) {
        const data = image.read(fn, address, registersOf(type));
        assert.ok(typeof data !== 'number');
        const found = decodeValue(data, 0, type, profile);
        if (expect.oneOf) assert.ok(expect.oneOf.includes(found));
        assert.ok(found >= (expect.min ?? found) && found <= (expect.max ?? found));
      }
    });

    it('reads NaN where it is told to be blank, and only there', () => {
      image.fill(someValues(), { as: 'nan', spoils: (name) => name === 'power_l1' });
      assert.ok(Number.isNaN(decoded('power_l1')));
      assert.ok(Number.isFinite(decoded('voltage_l1_n')));
      image.fill(someValues());
      assert.ok(Number.isFinite(decoded('power_l1')));
    });
  });
}

describe('image of an integer meter', () => {
  const profile = {
    ...shippedProfile('eastron-sdm120'),
    invalid: { int32: [0x7fff_ffff] },
    asleep: {},
    blocks: [{ start: 0, count: 4 }],
    align: 1,
    identity: [],
    values: [
      { name: 'power_l1', address: 0, type: 'int32', scale: 0.1, unit: 'W', speed: 'fast' },
      { name: 'voltage_l1_n', address: 2, type: 'uint16', scale: 0.1, unit: 'V', speed: 'fast' },
    ] as never,
  };
  const image = new RegisterImage(profile);
  const read = (address: number, count: number) => image.read(4, address, count) as Buffer;

  it('takes the scale out again', () => {
    image.fill({ ...someValues(), power_l1: -1234.5, voltage_l1_n: 120.3 });
    assert.equal(read(0, 2).readInt32BE(), -12_345);
    assert.equal(read(2, 1).readUInt16BE(), 1_203);
  });

  it('uses the sentinel of the profile, else the usual one of the type', () => {
    image.fill(someValues(), { as: 'sentinel', spoils: () => true });
    assert.equal(read(0, 2).readInt32BE(), 0x7fff_ffff);
    assert.equal(read(2, 1).readUInt16BE(), 0xffff);
  });
});
