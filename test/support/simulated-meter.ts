/** A simulated meter on a free port, for tests that want real Modbus bytes. Always stop it. */
import { join } from 'node:path';
import type { Profile } from '../../nodes/meter/profile.ts';
import { loadProfile } from '../../nodes/meter/profile-file.ts';
import { zeroCounters } from '../../nodes/simulator/counters.ts';
import { createHome, type HomeFlows, type SiteFacts } from '../../nodes/simulator/home.ts';
import { MeteredHome } from '../../nodes/simulator/metered-home.ts';
import type { Update } from '../../nodes/simulator/register-meter.ts';
import { SimulatedMeter } from '../../nodes/simulator/simulated-meter.ts';
import { wiringOf } from '../../nodes/simulator/wiring.ts';
import { type Clock, systemClock } from '../../nodes/site/clock.ts';

/** A split-phase home in Chicago. */
export const CHICAGO: SiteFacts = {
  timezone: 'America/Chicago',
  latitude: 41.9,
  longitude: -87.7,
  service: 'split_phase',
  nominal_voltage: 120,
  inverter_watts: 6_000,
};

export interface SimulatedMeterOptions {
  /** Id of a shipped profile. */
  profile?: string;
  transport?: 'tcp' | 'rtu-over-tcp' | 'serial';
  site?: Partial<SiteFacts>;
  /** For `serial`: its end of a pty pair. */
  path?: string;
  baud?: number;
  unit?: number;
  seed?: number;
  /** 0 (the default) takes a free one. */
  port?: number;
  clock?: Clock;
  /** Every change of the registers, at the instant it is done. */
  onUpdate?(update: Update): void;
}

export interface RunningMeter {
  host: string;
  port: number;
  profile: Profile;
  unit: number;
  /** Tells it to misbehave: `{ fault: 'silence', seconds: 3 }`. */
  fault(command: unknown): void;
  /** Ends every fault. */
  clear(): void;
  /** What is true in the home at the last update, W. */
  truth(): HomeFlows;
  stop(): Promise<void>;
}

export function shippedProfile(id: string): Profile {
  return loadProfile(join(import.meta.dirname, `../../config/meters/${id}.yaml`));
}

export async function startSimulatedMeter(
  options: SimulatedMeterOptions = {},
): Promise<RunningMeter> {
  const { clock = systemClock, unit = 1, port = 0, baud = 115_200, seed = 1 } = options;
  const site = { ...CHICAGO, ...options.site };
  const profile = shippedProfile(options.profile ?? 'ccs-wattnode-wnc');
  const home = createHome(site, { seed });
  const begin = { wiring: wiringOf(site.service), counters: zeroCounters(), ms: clock.now() };
  const host = '127.0.0.1';
  const type = options.transport ?? 'tcp';
  const path = options.path ?? '';
  const meter = new SimulatedMeter({
    metered: new MeteredHome({ home, ...begin }),
    profile,
    unit,
    clock,
    transport: type === 'serial' ? { type, path, baud } : { type, host, port, baud },
    ...(options.onUpdate ? { onUpdate: options.onUpdate } : {}),
  });
  await meter.start();
  return {
    host,
    port: meter.port,
    profile,
    unit,
    fault: (command) => meter.command(command),
    clear: () => meter.command({ fault: 'none' }),
    truth: () => meter.truth,
    stop: () => meter.stop(),
  };
}
