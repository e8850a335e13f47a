import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MeterStatus, Signature } from '../../../nodes/meter/meter-status.ts';
import { Poller } from '../../../nodes/meter/poller.ts';
import type { Profile, ProfileValue, ValueType } from '../../../nodes/meter/profile.ts';
import type { Reading } from '../../../nodes/meter/reading.ts';
import { MeterSession } from '../../../nodes/meter/session.ts';
import type { ChannelConfig } from '../../../nodes/site/schema.ts';
import { shippedProfile } from '../../support/simulated-meter.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { FakeLine, type FakeUnit, set } from './fake-line.ts';

const WATTNODE = shippedProfile('ccs-wattnode-wnc');
const SDM630 = shippedProfile('eastron-sdm630-v2');
const SERVICE = { service_amps: 200, nominal_voltage: 120 };
const MAINS: ChannelConfig = {
  id: 'mains',
  role: 'grid',
  phases: ['l1', 'l2'],
  multiplier: 1,
  invert: false,
};

/** A house that never stands quite still. */
function houseAt(second: number, loadW = 900): Record<string, number> {
  const wobble = (size: number, of: number) => size * Math.sin(second * of + of);
  const volts = { l1: 121.3 + wobble(0.7, 1.3), l2: 120.6 + wobble(0.6, 2.1) };
  const powers = { l1: loadW + wobble(11, 0.7), l2: 0.31 * loadW + wobble(7, 1.9) };
  const values: Record<string, number> = { frequency: 60.01 + wobble(0.02, 0.4) };
  for (const phase of ['l1', 'l2'] as const) {
    values[`voltage_${phase}_n`] = volts[phase];
    values[`power_${phase}`] = powers[phase];
    values[`current_${phase}`] = powers[phase] / 0.97 / volts[phase];
    values[`power_factor_${phase}`] = 0.97;
    values[`energy_import_${phase}`] = 4_321.12 + second / 3_600;
    values[`energy_export_${phase}`] = 17.53;
  }
  values.power_total = powers.l1 + powers.l2;
  return values;
}

interface Run {
  readings: Reading[];
  statuses: MeterStatus[];
  line: FakeLine;
}

interface Running {
  /** How the meter holds its values, and how it is read. */
  held: Profile;
  read?: Profile;
  seconds: number;
  values?: (second: number) => Record<string, number>;
  channel?: ChannelConfig;
  spoil?: (unit: FakeUnit, second: number) => void;
}

async function run(running: Running): Promise<Run> {
  const { held, read = held, seconds, values = houseAt, channel = MAINS } = running;
  const clock = new VirtualClock('2026-06-21T12:00:00.400Z');
  const line = new FakeLine(clock);
  const unit = line.add(1, held, values(0));
  const meter = {
    id: 'main',
    source: 'modbus' as const,
    profile: read.id,
    bus: 'rs485',
    unit: 1,
    channels: [channel],
  };
  const common = { ctProfiles: [], line, clock, intervalMs: 1_000, simulated: false };
  const session = new MeterSession({ meter, profile: read, service: SERVICE, ...common });
  const [readings, statuses]: [Reading[], MeterStatus[]] = [[], []];
  const poller = new Poller({
    ...common,
    sessions: [session],
    onReading: (reading) => readings.push(reading),
    onStatus: (status) => statuses.push(status),
  });
  poller.start();
  for (let second = 0; second < seconds; second++) {
    for (const [name, value] of Object.entries(values(second))) {
      if (held.values.some((each) => each.name === name)) set(unit, held, name, value);
    }
    running.spoil?.(unit, second);
    await clock.advance(1_000);
  }
  const stopped = poller.stop();
  await clock.advance(1_000);
  await stopped;
  return { readings, statuses, line };
}

function lastSignature({ statuses }: Run): Signature | undefined {
  return statuses.at(-1)?.signature;
}

/** Every number of the channels that would enter the books. */
function numbersOf(readings: readonly Reading[]): number[] {
  return readings.flatMap(({ channels }) =>
    Object.values(channels).flatMap((channel) =>
      [channel.power_w, channel.import_kwh, channel.export_kwh].filter((n) => n != null),
    ),
  );
}

/** A meter of integers, four words and more apart from nothing: its registers stand side by side. */
function integerMeter(type: ValueType, scale = 0.1): Profile {
  const size = type.endsWith('32') ? 2 : 1;
  const names = [
    'voltage_l1_n',
    'voltage_l2_n',
    'current_l1',
    'current_l2',
    'power_l1',
    'power_l2',
    'frequency',
  ] as const;
  const values = names.map((name, index): ProfileValue => {
    const unit = { v: 'V', c: 'A', p: 'W', f: 'Hz' }[name.charAt(0)] ?? '';
    const fine = name === 'frequency' || name.startsWith('current') ? 0.01 : scale;
    return { name, address: 100 + index * size, type, scale: fine, unit, speed: 'fast' };
  });
  return {
    ...SDM630,
    id: 'integers',
    align: 1,
    identity: [],
    blocks: [{ start: 96, count: 40 }],
    values,
  };
}

describe('a meter that is read rightly', () => {
  for (const profile of [WATTNODE, SDM630]) {
    it(`is never doubted: ${profile.id}`, async () => {
      const { readings, statuses } = await run({ held: profile, seconds: 120 });
      assert.ok(readings.length > 100);
      assert.deepEqual(
        readings.flatMap(({ doubts = [] }) => doubts),
        [],
      );
      assert.ok(readings.slice(1).every(({ channels }) => channels.mains?.power_w !== null));
      assert.ok(statuses.every(({ signature }) => signature === undefined));
    });
  }
});

describe('a meter whose words are exchanged in the profile', () => {
  const exchanged: Profile = { ...WATTNODE, wordOrder: 'big' };

  it('is told by its signature, with what its volts would be', async () => {
    const ended = await run({ held: WATTNODE, read: exchanged, seconds: 40 });
    const signature = lastSignature(ended);
    assert.equal(signature?.cause, 'word_order');
    assert.equal(signature?.register, 1018);
    const { fits = 0, words, bytes, at, bits } = signature?.suggestion ?? {};
    assert.ok(fits > 120 && fits < 123, `${fits}`);
    assert.deepEqual({ words, bytes, at, bits }, { words: 1, bytes: 0, at: 1018, bits: 32 });
  });

  it('never gets a number into the books, and is looked at more closely once a minute', async () => {
    const ended = await run({ held: WATTNODE, read: exchanged, seconds: 300 });
    assert.deepEqual(numbersOf(ended.readings), []);
    assert.ok(ended.readings.slice(2).every(({ ok, doubts = [] }) => ok && doubts.length > 0));
    const wide = ended.line.asked.filter(({ address }) => address === 1008);
    assert.ok(wide.length >= 3 && wide.length <= 5 * 5, `${wide.length}`);
  });

  for (const wordOrder of ['big', 'little'] as const) {
    for (const byteOrder of ['big', 'little'] as const) {
      it(`is told in every order: words ${wordOrder}, bytes ${byteOrder}`, async () => {
        const held = { ...integerMeter('int32'), wordOrder, byteOrder };
        const read = { ...held, wordOrder: 'big', byteOrder: 'big' } as const;
        const signature = lastSignature(await run({ held, read, seconds: 40 }));
        const isSame = wordOrder === 'big' && byteOrder === 'big';
        assert.equal(signature?.cause, isSame ? undefined : 'word_order');
        assert.equal(signature?.suggestion?.words ?? 0, wordOrder === 'big' ? 0 : 1);
        assert.equal(signature?.suggestion?.bytes ?? 0, byteOrder === 'big' ? 0 : 1);
      });
    }
  }
});

describe('a power of which the high word is lost', () => {
  /** A car begins to charge after ten seconds: 5 kW on one leg. */
  const charging = (second: number) => houseAt(second, second < 10 ? 900 : 5_000);
  const wrapped = (units: number) => ((Math.round(units) << 16) >> 16) / 10;

  it('is told by what flows, also where a gateway has made floats of it', async () => {
    const ended = await run({
      held: WATTNODE,
      seconds: 60,
      values: charging,
      spoil: (unit, second) =>
        set(unit, WATTNODE, 'power_l1', wrapped(10 * (charging(second).power_l1 ?? 0))),
    });
    const signature = lastSignature(ended);
    assert.equal(signature?.cause, 'width');
    assert.equal(signature?.register, 1010);
    assert.ok(Math.abs((signature?.suggestion?.fits ?? 0) - 5_000) < 30);
    const doubtful = ended.readings.filter(({ doubts }) => doubts !== undefined);
    assert.ok(doubtful.every(({ channels }) => channels.mains?.power_w === null));
    const first = Date.parse(doubtful[0]?.ts ?? '') - Date.parse(ended.readings[0]?.ts ?? '');
    assert.ok(first >= 12_000 && first <= 16_000, `${first}`);
  });

  it('is told by the register beside it where there is no power factor', async () => {
    const whole = integerMeter('int32');
    const half: Profile = {
      ...whole,
      values: whole.values.map((value) =>
        value.name.startsWith('power')
          ? { ...value, type: 'int16', address: value.address + 1 }
          : value,
      ),
    };
    const ended = await run({ held: whole, read: half, seconds: 60, values: charging });
    const signature = lastSignature(ended);
    assert.equal(signature?.cause, 'width');
    assert.deepEqual(
      [signature?.register, signature?.suggestion?.at, signature?.suggestion?.bits],
      [109, 108, 32],
    );
    assert.ok(Math.abs((signature?.suggestion?.fits ?? 0) - 5_000) < 30);
    assert.equal(ended.readings.at(-1)?.doubts?.[0]?.kind, 'width');
  });

  it('is believed again while less flows, and doubted at once the next time', async () => {
    const twice = (second: number) =>
      houseAt(second, (second >= 10 && second < 40) || second >= 80 ? 5_000 : 900);
    const { readings } = await run({
      held: WATTNODE,
      seconds: 90,
      values: twice,
      spoil: (unit, second) =>
        set(unit, WATTNODE, 'power_l1', wrapped(10 * (twice(second).power_l1 ?? 0))),
    });
    const startMs = Date.parse('2026-06-21T12:00:00.400Z');
    const between = (from: number, to: number) =>
      readings.filter(({ ts }) => {
        const second = (Date.parse(ts) - startMs) / 1_000;
        return second > from && second < to;
      });
    assert.ok(between(42, 80).every(({ channels }) => channels.mains?.power_w !== null));
    assert.ok(between(82, 90).every(({ channels }) => channels.mains?.power_w === null));
    assert.ok(
      numbersOf(between(82, 90)).every((kwh) => kwh > 0),
      'its counters are sound',
    );
  });

  it('of a sound meter is never found, whatever flows and however it is told', () => {
    // The sign of a power factor means import and export, or leading and lagging, or nothing.
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -20_000, max: 20_000 }),
        fc.constantFrom(1, -1),
        async (loadW, sign) => {
          const values = (second: number) => ({
            ...houseAt(second, loadW),
            power_factor_l1: sign * 0.97,
            current_l1: Math.abs(loadW) / 0.97 / 121,
            voltage_l1_n: 121,
            power_l1: loadW,
            current_l2: Math.abs(0.31 * loadW) / 0.97 / 120,
            voltage_l2_n: 120,
            power_l2: 0.31 * loadW,
          });
          const { readings } = await run({ held: WATTNODE, seconds: 8, values });
          assert.ok(readings.every(({ doubts }) => doubts === undefined));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a meter read at other addresses than it answers at', () => {
  for (const shift of [-1, 1]) {
    it(`is told: ${shift}`, async () => {
      const held = integerMeter('int32');
      const values = held.values.map((value) => ({ ...value, address: value.address - shift }));
      // What is sold sets high words: without any, an integer one register on is one in the other order.
      const exporting = (second: number) => {
        const house = houseAt(second);
        return { ...house, power_l1: -(house.power_l1 ?? 0) };
      };
      const reading = { held, read: { ...held, values }, seconds: 40, values: exporting };
      const signature = lastSignature(await run(reading));
      assert.equal(signature?.cause, 'offset');
      assert.equal((signature?.suggestion?.at ?? 0) - (signature?.register ?? 0), shift);
    });
  }
});

describe('a meter read in words of the wrong width', () => {
  it('is told: floats taken for integers of 16 bits', async () => {
    const held = integerMeter('float32', 1);
    const narrow = held.values.map((value) => ({ ...value, type: 'int16' as const }));
    const whole = { ...held, values: held.values.map((value) => ({ ...value, scale: 1 })) };
    const read = { ...held, values: narrow.map((value) => ({ ...value, scale: 1 })) };
    const signature = lastSignature(await run({ held: whole, read, seconds: 40 }));
    assert.equal(signature?.cause, 'width');
    assert.equal(signature?.suggestion?.bits, 32);
  });
});

describe('a meter of which nothing makes sense', () => {
  const noise = (unit: FakeUnit, second: number) => {
    for (const [index, address] of [...unit.registers.keys()].entries()) {
      if (address >= 1_000 && address < 1_200) {
        unit.registers.set(address, (0x9e37 * (index + 1) * (second + 3)) & 0xffff);
      }
    }
  };

  it('has no signature, or that of another kind of meter where its marks say so', async () => {
    const known = await run({ held: WATTNODE, seconds: 40, spoil: noise });
    assert.equal(lastSignature(known), undefined);
    assert.ok(known.readings.some(({ doubts }) => doubts));
    const other = await run({
      held: WATTNODE,
      seconds: 40,
      spoil: (unit, second) => {
        unit.registers.set(1_706, 71);
        noise(unit, second);
      },
    });
    assert.equal(other.statuses.at(-1)?.identity, 'mismatch');
    assert.equal(lastSignature(other)?.cause, 'profile');
  });

  it('lets hardly any of its numbers pass', async () => {
    const { readings } = await run({ held: WATTNODE, seconds: 600, spoil: noise });
    assert.ok(readings.length > 500);
    assert.equal(numbersOf(readings).length, 0);
  });
});
