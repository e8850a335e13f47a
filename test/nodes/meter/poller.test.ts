import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { MeterStatus } from '../../../nodes/meter/meter-status.ts';
import { Poller } from '../../../nodes/meter/poller.ts';
import { loadProfile } from '../../../nodes/meter/profile-file.ts';
import type { Reading } from '../../../nodes/meter/reading.ts';
import { MeterSession } from '../../../nodes/meter/session.ts';
import type { ChannelConfig, ModbusMeterConfig } from '../../../nodes/site/schema.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type Asked, FakeLine, set, takeAway } from './fake-line.ts';

const WATTNODE = loadProfile(
  fileURLToPath(new URL('../../../config/meters/ccs-wattnode-wnc.yaml', import.meta.url)),
);

const VALUES = {
  power_l1: 1000,
  power_l2: 500,
  power_l3: 2000,
  voltage_l1_n: 120,
  voltage_l2_n: 121,
  voltage_l3_n: 122,
  current_l1: 9,
  current_l2: 5,
  current_l3: 17,
  frequency: 60,
  energy_import_l1: 10,
  energy_import_l2: 20,
  energy_export_l1: 1,
  energy_export_l2: 2,
};

const MAINS: ChannelConfig = {
  id: 'mains',
  role: 'grid',
  phases: ['l1', 'l2'],
  multiplier: 1,
  invert: false,
};

/** What a poll of `mains` costs on the fake line: 1010..1021 and 1140..1165. */
const POLL_MS = 20 + 12 + 20 + 26;

function meter(unit: number): ModbusMeterConfig {
  return {
    id: `m${unit}`,
    source: 'modbus',
    profile: WATTNODE.id,
    bus: 'rs485',
    unit,
    channels: [MAINS],
  };
}

describe('poller', () => {
  let clock: VirtualClock;
  let line: FakeLine;
  let readings: Reading[];
  let statuses: MeterStatus[];
  let poller: Poller | undefined;

  beforeEach(() => {
    clock = new VirtualClock('2026-06-21T12:00:00.400Z');
    line = new FakeLine(clock);
    readings = [];
    statuses = [];
  });

  afterEach(async () => {
    const stopped = poller?.stop();
    await clock.advance(1000);
    await stopped;
    poller = undefined;
    assert.equal(clock.waiting, 0);
    assert.equal(line.overlaps, 0);
  });

  function start(units: number[], intervalMs = 1000): void {
    const sessions = units.map(
      (unit) =>
        new MeterSession({
          meter: meter(unit),
          profile: WATTNODE,
          ctProfiles: [],
          line,
          clock,
          intervalMs,
          simulated: false,
        }),
    );
    poller = new Poller({
      line,
      clock,
      intervalMs,
      sessions,
      onReading: (reading) => readings.push(reading),
      onStatus: (status) => statuses.push(status),
    });
    poller.start();
  }

  function isFast({ address }: Asked): boolean {
    return address === 1010 || address === 1140;
  }

  function goodOf(id: string): Reading[] {
    return readings.filter(({ meter, ok }) => meter === id && ok);
  }

  it('ends every poll just before the second of the wall clock', async () => {
    line.add(1, WATTNODE, VALUES);
    start([1]);
    await clock.advance(20_000);
    const ends = readings.map(({ ts }) => Date.parse(ts) % 1000);
    assert.equal(ends.length, 20);
    assert.deepEqual(new Set(ends), new Set([975]));
    assert.ok(readings.every(({ ok }) => ok));
    assert.equal(readings[0]?.channels.mains?.power_w, 1500);
    assert.equal(readings[0]?.latency_ms, POLL_MS);
    assert.equal(readings[1]?.channels.mains?.import_kwh, 30, 'counters come at once');
  });

  it('learns how much sooner a rested line is done', async () => {
    line.add(1, WATTNODE, VALUES);
    line.costMs = ({ count }) => line.perRequestMs + line.perRegisterMs * count + 50;
    line.tookMs = ({ count }) => line.perRequestMs + line.perRegisterMs * count;
    start([1]);
    await clock.advance(120_000);
    const endMs = () => Date.parse(readings.at(-1)!.ts) % 1000;
    assert.ok(Date.parse(readings[0]!.ts) % 1000 <= 875);
    assert.ok(endMs() >= 973 && endMs() <= 975, `${endMs()}`);
    line.tookMs = ({ count }) => line.costMs({ count });
    await clock.advance(2_000);
    assert.ok(endMs() >= 973 && endMs() <= 975, `${endMs()}`);
  });

  it('follows the wall clock when it is set, without a double or a long cycle', async () => {
    line.add(1, WATTNODE, VALUES);
    start([1]);
    await clock.advance(2_000);
    for (const jumpMs of [-3_600_300, 86_400_450, -490, 700]) {
      readings.length = 0;
      clock.wallJump(jumpMs);
      await clock.advance(5_000);
      const gaps = readings.slice(1).map(({ mono_ms }, i) => mono_ms - readings[i]!.mono_ms);
      assert.ok(
        gaps.every((gap) => gap >= 500 && gap <= 1_500),
        gaps.join(),
      );
      assert.equal(Date.parse(readings.at(-1)!.ts) % 1000, 975);
    }
  });

  it('reads slow values about every ten seconds, and says when', async () => {
    line.add(1, WATTNODE, VALUES);
    start([1]);
    await clock.advance(61_000);
    const counters = line.asked.filter(({ address }) => address === 1106);
    assert.ok(counters.length >= 6 && counters.length <= 7, `${counters.length} rounds in 61 s`);
    const { mono_ms, channels } = readings.at(-1)!;
    const last = channels.mains;
    const before = counters.filter(({ endMs }) => endMs < mono_ms);
    assert.equal(last?.import_kwh, 30);
    assert.equal(last?.export_kwh, 3);
    assert.equal(last?.counters_mono_ms, before.at(-1)?.endMs);
    assert.equal(readings.at(-1)?.frequency_hz, 60);
    const marks = line.asked.filter(({ address }) => [1706, 0, 1700].includes(address));
    assert.equal(marks.length, 3, 'each mark of identity is read once');
    assert.equal(statuses.at(-1)?.identity, 'match');
  });

  it('spreads the slow values of several meters over the cycles', async () => {
    for (const unit of [1, 2, 3]) line.add(unit, WATTNODE, VALUES);
    start([1, 2, 3]);
    await clock.advance(40_000);
    const slow = line.asked.filter((asked) => asked.address === 1106 && asked.startMs > 10_000);
    const seconds = slow.map(({ startMs }) => Math.floor(startMs / 1000));
    assert.ok(slow.length >= 8);
    assert.equal(new Set(seconds).size, seconds.length, 'one round in a cycle');
    assert.ok(readings.every(({ ok }) => ok));
  });

  it('gives every meter the same chances, and all of them the tick', async () => {
    for (const unit of [1, 2, 3]) line.add(unit, WATTNODE, VALUES);
    start([1, 2, 3]);
    await clock.advance(9_000);
    const firsts = new Set<string>();
    for (let at = 0; at + 3 <= readings.length; at += 3) {
      const cycle = readings.slice(at, at + 3);
      assert.equal(new Set(cycle.map(({ meter }) => meter)).size, 3);
      assert.equal(Date.parse(cycle[2]!.ts) % 1000, 975);
      firsts.add(cycle[0]!.meter);
    }
    assert.equal(firsts.size, 3);
  });

  it('does not wake up for nothing', async () => {
    line.add(1, WATTNODE, VALUES);
    start([1]);
    await clock.advance(5_000);
    let timers = 0;
    const after = clock.after.bind(clock);
    clock.after = (ms, run) => {
      timers++;
      return after(ms, run);
    };
    const requests = line.asked.length;
    await clock.advance(10_000);
    const cycles = 10;
    assert.equal(timers, cycles + (line.asked.length - requests), 'one timer a cycle and request');
  });

  it('goes as fast as the wire allows where the meters do not fit into the interval', async () => {
    for (const unit of [1, 2, 3]) line.add(unit, WATTNODE, VALUES);
    line.perRequestMs = 250;
    start([1, 2, 3]);
    await clock.advance(60_000);
    const counts = ['m1', 'm2', 'm3'].map((id) => goodOf(id).length);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
    assert.ok(Math.min(...counts) > 60_000 / (3 * 540) - 8, counts.join());
    assert.equal(readings.at(-1)?.channels.mains?.import_kwh, 30, 'counters are not starved');
    const busy = line.asked.reduce((total, { startMs, endMs }) => total + endMs - startMs, 0);
    assert.ok(busy > 58_500, `${busy} ms of 60 s`);
  });

  it('leaves a late cycle out and goes on with the next', async () => {
    const unit = line.add(1, WATTNODE, VALUES);
    start([1]);
    await clock.advance(3_000);
    line.perRequestMs = 900;
    await clock.advance(1_500);
    line.perRequestMs = 20;
    await clock.advance(10_000);
    const ends = readings.slice(-5).map(({ ts }) => Date.parse(ts) % 1000);
    assert.deepEqual(new Set(ends), new Set([975]));
    assert.ok(unit);
  });

  it('says why a poll failed, and never shows its old values', async () => {
    const unit = line.add(1, WATTNODE, VALUES);
    start([1]);
    await clock.advance(3_000);
    unit.silent = true;
    await clock.advance(7_000);
    const failed = readings.filter(({ ok }) => !ok);
    assert.ok(failed.length >= 6);
    assert.deepEqual(failed[0]?.channels, {});
    assert.equal(failed[0]?.error?.code, 'bus_timeout');
    assert.equal(statuses.at(-1)?.state, 'failing');
    unit.silent = false;
    set(unit, WATTNODE, 'power_l1', 1);
    await clock.advance(1_500);
    assert.equal(readings.at(-1)?.channels.mains?.power_w, 501);
    assert.equal(statuses.at(-1)?.state, 'live');
  });

  it('lets a dead meter cost the others nothing', async () => {
    line.add(1, WATTNODE, VALUES);
    line.add(2, WATTNODE, VALUES).silent = true;
    start([1, 2]);
    await clock.advance(2_000);
    readings.length = 0;
    await clock.advance(60_000);
    const ends = goodOf('m1').map(({ ts }) => Date.parse(ts) % 1000);
    assert.equal(ends.length, 60);
    assert.deepEqual(new Set(ends), new Set([975]));
    assert.ok(readings.filter(({ meter }) => meter === 'm2').length >= 50, 'it is tried on');
  });

  it('honours the back-off of a dead meter, and is there when it ends', async () => {
    line.add(1, WATTNODE, VALUES);
    const dead = line.add(2, WATTNODE, VALUES);
    dead.silent = true;
    start([1, 2]);
    await clock.advance(2_000);
    line.backOff.set(2, 20_000);
    line.asked.length = 0;
    await clock.advance(17_900);
    assert.equal(line.asked.filter(({ unit }) => unit === 2).length, 0);
    dead.silent = false;
    await clock.advance(1_000);
    const [tried] = line.asked.filter(({ unit }) => unit === 2);
    assert.equal(tried?.startMs, 20_000);
    assert.ok(goodOf('m2').length > 0);
  });

  it('waits for the back-off where every meter is dead', async () => {
    line.add(1, WATTNODE, VALUES).silent = true;
    line.add(2, WATTNODE, VALUES).silent = true;
    start([1, 2]);
    await clock.advance(2_000);
    line.backOff.set(1, 9_000).set(2, 12_000);
    await clock.advance(1_000);
    line.asked.length = 0;
    await clock.advance(6_350);
    assert.deepEqual(
      line.asked.map(({ unit, startMs }) => [unit, startMs]),
      [[1, 9_000]],
    );
  });

  it('learns a hole once, and reads what is round it', async () => {
    const unit = line.add(1, WATTNODE, VALUES);
    for (const address of [1146, 1147]) unit.registers.delete(address);
    start([1]);
    await clock.advance(5_000);
    line.asked.length = 0;
    await clock.advance(5_000);
    const fast = line.asked.filter(({ address }) => address >= 1140 && address < 1170);
    assert.deepEqual(
      new Set(fast.map(({ address, count }) => `${address}x${count}`)),
      new Set(['1140x4', '1148x18']),
    );
    assert.equal(readings.at(-1)?.channels.mains?.phases?.l1?.reactive_var, 0);
    assert.deepEqual(statuses.at(-1)?.missing, []);
  });

  it('gives up a value that does not exist, says so once, and keeps the others', async () => {
    const unit = line.add(1, WATTNODE, VALUES);
    takeAway(unit, WATTNODE, 'reactive_power_l2');
    start([1]);
    await clock.advance(15_000);
    line.asked.length = 0;
    await clock.advance(10_000);
    assert.deepEqual(statuses.at(-1)?.missing, ['reactive_power_l2']);
    const touching = line.asked.filter(
      ({ address, count }) => address <= 1150 && address + count > 1150 && address > 1100,
    );
    assert.deepEqual(touching, []);
    const phases = readings.at(-1)?.channels.mains?.phases;
    assert.equal(phases?.l2?.reactive_var, null);
    assert.equal(phases?.l1?.reactive_var, 0);
    assert.equal(readings.at(-1)?.channels.mains?.power_w, 1500);
  });

  it('learns nothing from a meter that refuses everything for a while', async () => {
    const unit = line.add(1, WATTNODE, VALUES);
    start([1]);
    await clock.advance(5_300);
    unit.refuse = () => 2;
    await clock.advance(35_000);
    assert.equal(readings.at(-1)?.ok, false);
    assert.equal(readings.at(-1)?.error?.code, 'bus_exception');
    delete unit.refuse;
    await clock.advance(2_000);
    assert.equal(readings.at(-1)?.channels.mains?.power_w, 1500);
    await clock.advance(12_000);
    assert.equal(readings.at(-1)?.channels.mains?.import_kwh, 30);
    assert.deepEqual(statuses.at(-1)?.missing, []);
    const last = line.asked.filter(isFast).slice(-2);
    assert.deepEqual(
      last.map(({ address, count }) => `${address}x${count}`),
      ['1140x26', '1010x12'],
    );
  });

  it('knows counters no more when they could not be read for half a minute', async () => {
    const unit = line.add(1, WATTNODE, VALUES);
    start([1]);
    await clock.advance(5_000);
    unit.refuse = ({ address }) => (address === 1106 ? 4 : undefined);
    await clock.advance(40_000);
    assert.equal(readings.at(-1)?.channels.mains?.import_kwh, null);
    assert.equal(readings.at(-1)?.channels.mains?.power_w, 1500);
  });

  it('reads slow values once in each cycle of a slow rhythm, and knows them in the next', async () => {
    line.add(1, WATTNODE, VALUES);
    start([1], 60_000);
    await clock.advance(300_000);
    assert.ok(readings.length >= 5);
    for (const reading of readings.slice(1)) {
      assert.equal(reading.channels.mains?.import_kwh, 30);
      assert.equal(reading.frequency_hz, 60);
    }
    const counters = line.asked.filter(({ address }) => address === 1106);
    assert.equal(counters.length, readings.length);
  });

  it('tells the serial number, and after a silence no counter before the number is known anew', async () => {
    const unit = line.add(1, WATTNODE, VALUES);
    const serialIs = (low: number) => unit.registers.set(1700, low).set(1701, 1);
    serialIs(1);
    start([1]);
    await clock.advance(15_000);
    assert.equal(readings.at(-1)?.serial, String(2 ** 16 + 1));
    unit.silent = true;
    await clock.advance(40_000);
    unit.silent = false;
    serialIs(2);
    set(unit, WATTNODE, 'energy_import_l1', 3);
    const before = readings.length;
    await clock.advance(15_000);
    const back = readings.slice(before).filter(({ ok }) => ok);
    assert.equal(back[0]?.serial, undefined);
    const counted = back.find(({ channels }) => channels.mains?.import_kwh === 23);
    assert.equal(counted?.serial, String(2 ** 16 + 2));
    const early = back.filter((reading) => reading.serial === undefined);
    assert.ok(early.every(({ channels }) => channels.mains?.import_kwh === null));
  });

  it('goes on reading a meter of another kind, and says so', async () => {
    const unit = line.add(1, WATTNODE, VALUES);
    unit.registers.set(1706, 71);
    start([1]);
    await clock.advance(15_000);
    assert.equal(statuses.at(-1)?.identity, 'mismatch');
    assert.equal(statuses.at(-1)?.state, 'live');
  });

  it('reports each change of state, and about every ten seconds', async () => {
    const unit = line.add(1, WATTNODE, VALUES);
    start([1]);
    await clock.advance(25_000);
    assert.deepEqual(
      statuses.map(({ state }) => state),
      ['live', 'live', 'live'],
    );
    assert.deepEqual(statuses.at(-1)?.plan.fast, ['3:1140x26', '3:1010x12']);
    assert.equal(statuses.at(-1)?.cycle_ms, 1000);
    statuses.length = 0;
    unit.silent = true;
    await clock.advance(7_000);
    assert.equal(statuses.find(({ state }) => state === 'failing')?.error?.code, 'bus_timeout');
  });
});
