/** The home that stands in for meters, through its bytes: what it uses is what the balance finds. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { balancePower } from '../../../nodes/balance/power.ts';
import { openPort } from '../../../nodes/bus/ports.ts';
import { acquireLine } from '../../../nodes/bus/registry.ts';
import { MeterSession } from '../../../nodes/meter/session.ts';
import { zeroCounters } from '../../../nodes/simulator/counters.ts';
import { createHome } from '../../../nodes/simulator/home.ts';
import { MeteredHome } from '../../../nodes/simulator/metered-home.ts';
import { planOf } from '../../../nodes/simulator/plan.ts';
import { SimulatedMeter } from '../../../nodes/simulator/simulated-meter.ts';
import { systemClock } from '../../../nodes/site/clock.ts';
import { standInForMeters } from '../../../nodes/site/simulated.ts';
import { freePort } from '../../support/appliance.ts';
import { sampleSite } from '../../support/samples.ts';

const SHIPPED = join(import.meta.dirname, '../../../config');
const SETTINGS = {
  mode: 'auto',
  transport: 'tcp',
  host: '',
  port: 0,
  serialPort: '',
  baud: 0,
  profile: '',
  unit: 1,
} as const;
const NOON = Date.parse('2026-06-10T18:00Z');
const MIDNIGHT = Date.parse('2026-06-11T06:00Z');

describe('the home that stands in for meters', () => {
  for (const [service, legs] of [
    ['single_phase', 1],
    ['split_phase', 2],
    ['three_phase', 2],
  ] as const) {
    for (const ms of [NOON, MIDNIGHT]) {
      it(`closes its books on a ${service} service at ${new Date(ms).toISOString()}`, async () => {
        const at = { timezone: 'America/Chicago', service, nominal_voltage: 120 };
        const empty = sampleSite({ buses: [], meters: [], site: at });
        const paths = { ...empty.paths, shipped: SHIPPED };
        const site = standInForMeters({ ...empty, paths }, await freePort());
        const plan = planOf(SETTINGS, site)!;
        const home = createHome(plan.home, { seed: 1 });
        const metered = new MeteredHome({ ...plan, home, counters: zeroCounters(), ms });
        // The hour stands still, so that what was read is what is true.
        const clock = { ...systemClock, now: () => ms };
        const simulated = new SimulatedMeter({ ...plan, metered, clock });
        await simulated.start();
        const deps = { clock: systemClock, random: Math.random, openPort };
        const { line, release } = acquireLine(site.config.buses[0]!, deps);
        try {
          const meter = site.config.meters[0]!;
          assert.ok(meter.source === 'modbus');
          const { profile } = plan;
          const ask = { meter, profile, ctProfiles: [], line, intervalMs: 1000, simulated: true };
          const session = new MeterSession({ ...ask, clock: systemClock });
          const reading = await session.poll(new AbortController().signal);
          assert.deepEqual(reading.error, undefined);
          const { mains, pv } = reading.channels;
          assert.equal(Object.keys(mains!.phases!).length, legs);
          for (const channel of [mains!, pv!]) {
            for (const phase of Object.values(channel.phases!)) {
              assert.ok(phase.voltage_v! > 110 && phase.voltage_v! < 130, `${phase.voltage_v}`);
            }
          }
          const inputs = { mainsW: mains!.power_w, solarRawW: pv!.power_w };
          const { homeW, gridW, solarW, standbyW } = balancePower(inputs, 'load_side');
          const { truth } = simulated;
          const found = { homeW, gridW, solarW, standbyW };
          for (const [name, measured] of Object.entries(found)) {
            const watts = truth[name as keyof typeof found];
            assert.ok(measured !== null, name);
            assert.ok(Math.abs(measured - watts) < 0.01, `${name}: ${measured} is not ${watts}`);
          }
          assert.ok(truth.homeW > 50);
        } finally {
          await release();
          await simulated.stop();
        }
      });
    }
  }
});
