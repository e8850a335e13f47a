import assert from 'node:assert/strict';
import type { Reading } from '../../../nodes/meter/reading.ts';
import { MeterSession } from '../../../nodes/meter/session.ts';
import { shippedProfile } from '../../support/simulated-meter.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { FakeLine, set } from './fake-line.ts';

const SDM630 = shippedProfile('eastron-sdm630-v2');
const VALUES = {
  power_total: 3_000,
  power_l1: 1_000,
  power_l2: 2_000,
  voltage_l1_n: 230,
  voltage_l2_n: 231,
  current_l1: 5,
  current_l2: 9,
};

describe('a meter that is asked for its total', () => {
  const clock = new VirtualClock();
  const line = new FakeLine(clock);
  const unit = line.add(1, SDM630, VALUES);
  const session = new MeterSession({
    meter: {
      id: 'main',
      source: 'modbus',
      profile: SDM630.id,
      bus: line.id,
      unit: 1,
      channels: [{ id: 'grid', role: 'grid', multiplier: 1, invert: false }],
    },
    profile: SDM630,
    ctProfiles: [],
    line,
    clock,
    intervalMs: 1000,
    simulated: false,
  });

  async function grid(): Promise<Reading['channels'][string] | undefined> {
    const polled = session.poll(new AbortController().signal);
    await clock.advance(1000);
    return (await polled).channels.grid;
  }

  it('has one although a phase is not connected', async () => {
    assert.equal((await grid())?.power_w, 3_000);
  });

  it('has none while a phase that was there is not, and one again when it is back', async () => {
    set(unit, SDM630, 'voltage_l2_n', 0);
    set(unit, SDM630, 'power_total', 1_000);
    const without = await grid();
    assert.equal(without?.power_w, null, 'what is left of the total is no total');
    assert.equal(without?.phases?.l1?.power_w, 1_000);
    assert.equal(without?.phases?.l2?.power_w, null);
    set(unit, SDM630, 'voltage_l2_n', 231);
    set(unit, SDM630, 'power_total', 3_000);
    assert.equal((await grid())?.power_w, 3_000);
  });
});
