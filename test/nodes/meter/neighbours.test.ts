/** What a meter on the same line costs one that is well, in the scheduler's and the line's own time. */
import assert from 'node:assert/strict';
import { ModbusLine } from '../../../nodes/bus/modbus-line.ts';
import { framesMs, lineTiming } from '../../../nodes/bus/timing.ts';
import { Poller } from '../../../nodes/meter/poller.ts';
import type { Reading } from '../../../nodes/meter/reading.ts';
import { MeterSession } from '../../../nodes/meter/session.ts';
import type { BusConfig } from '../../../nodes/site/schema.ts';
import { shippedProfile } from '../../support/simulated-meter.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { exceptionTo, FakeSlave, replyTo, type Slave } from '../bus/fake-port.ts';

const RS485: BusConfig = {
  id: 'rs485',
  type: 'serial',
  port: '/dev/fake',
  baud: 9600,
  parity: 'none',
  stop_bits: 1,
};
const GATEWAY: BusConfig = { id: 'gateway', type: 'tcp', host: 'gateway', port: 502 };
const INTERVAL_MS = 1000;
const LATENCY_MS = 6;
/** What a gateway takes for a read of a meter behind it. */
const BEHIND_GATEWAY_MS = 60;

const profile = shippedProfile('ccs-wattnode-wnc');

/** Polls units 1 and 2 of a line for some minutes; unit 1 is well. The good readings of each minute. */
async function pollBoth(bus: BusConfig, neighbour: Slave, minutes: number): Promise<Reading[][]> {
  const clock = new VirtualClock('2026-06-21T12:00:00.400Z');
  const timing = lineTiming(bus);
  const well: Slave = (asked, send) =>
    send(
      replyTo(asked),
      bus.type === 'tcp' ? BEHIND_GATEWAY_MS : framesMs(timing, asked.count) + LATENCY_MS,
    );
  const fake = new FakeSlave(clock, (asked, send) =>
    (asked.unit === 1 ? well : neighbour)(asked, send),
  );
  const line = new ModbusLine(bus, { clock, random: () => 0.5, openPort: fake.openPort });
  const sessions = [1, 2].map((unit) => {
    const mains = { id: 'mains', role: 'grid', multiplier: 1, invert: false } as const;
    const channels = [{ ...mains, phases: ['l1', 'l2'] as ('l1' | 'l2')[] }];
    const common = { source: 'modbus', profile: profile.id, bus: bus.id } as const;
    const meter = { ...common, id: `m${unit}`, unit, channels };
    const rest = { ctProfiles: [], line, clock, intervalMs: INTERVAL_MS, simulated: false };
    return new MeterSession({ meter, profile, ...rest });
  });
  let good: Reading[] = [];
  const onReading = (reading: Reading) => {
    if (reading.ok && reading.meter === 'm1') good.push(reading);
  };
  const onStatus = () => undefined;
  const poller = new Poller({
    line,
    clock,
    intervalMs: INTERVAL_MS,
    sessions,
    onReading,
    onStatus,
  });
  poller.start();
  const byMinute: Reading[][] = [];
  for (let minute = 0; minute < minutes; minute++) {
    good = [];
    await clock.advance(60_000);
    byMinute.push(good);
  }
  const stopped = Promise.all([poller.stop(), line.close()]);
  await clock.advance(5_000);
  await stopped;
  return byMinute;
}

describe('a meter in trouble', () => {
  const troubles: [string, BusConfig, Slave][] = [
    ['is silent', RS485, () => undefined],
    [
      'answers only half',
      RS485,
      (asked, send) => send(replyTo(asked).subarray(0, -3), framesMs(lineTiming(RS485), 1)),
    ],
    ...[200, 400, 800].map((ms): [string, BusConfig, Slave] => [
      `is given up by its gateway after ${ms} ms`,
      GATEWAY,
      (asked, send) => send(exceptionTo(asked, 11), ms),
    ]),
  ];
  for (const [what, bus, neighbour] of troubles) {
    it(`that ${what} leaves its neighbour the beat`, async () => {
      const minutes = await pollBoth(bus, neighbour, 4);
      for (const readings of minutes) assert.ok(readings.length >= 59, `${readings.length}`);
      const settled = minutes.slice(1).flat();
      const late = settled.filter(({ ts }) => Date.parse(ts) % 1000 < 900);
      assert.ok(late.length <= 0.05 * settled.length, `${late.length} of ${settled.length}`);
    });
  }
});
