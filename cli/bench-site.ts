/** The site on the bench: the appliance as a process in a folder of its own, and a simulated meter for it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProfile } from '../nodes/meter/profile-file.ts';
import { zeroCounters } from '../nodes/simulator/counters.ts';
import { createHome, type SiteFacts } from '../nodes/simulator/home.ts';
import { MeteredHome } from '../nodes/simulator/metered-home.ts';
import { SimulatedMeter } from '../nodes/simulator/simulated-meter.ts';
import { wiringOf } from '../nodes/simulator/wiring.ts';
import { pause, systemClock } from '../nodes/site/clock.ts';
import { packageRoot } from '../nodes/site/package.ts';

const PROFILE = 'ccs-wattnode-wnc';
const LOOK_EVERY_MS = 250;
const MOST_WORDS = 1_000;
/** Where it is noon now there is solar to be measured; any place will do. */
const HOME: SiteFacts = {
  timezone: 'UTC',
  latitude: 41.9,
  longitude: 0,
  service: 'split_phase',
  nominal_voltage: 120,
  inverter_watts: 6_000,
};

export interface Bench {
  meter: SimulatedMeter;
  folder: string;
  url: string;
  child: ChildProcess;
  /** What it has complained of last. */
  lastWords: string;
}

export async function setUp(): Promise<Bench> {
  const clock = systemClock;
  const metered = new MeteredHome({
    home: createHome(HOME, { seed: 1 }),
    wiring: wiringOf(HOME.service),
    counters: zeroCounters(),
    ms: clock.now(),
  });
  const profile = loadProfile(join(packageRoot, 'config', 'meters', `${PROFILE}.yaml`));
  const transport = { type: 'tcp', host: '127.0.0.1', port: 0, baud: 115_200 } as const;
  const meter = new SimulatedMeter({ metered, profile, unit: 1, clock, transport });
  await meter.start();
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-check-'));
  const at = (...parts: string[]) => join(folder, ...parts);
  mkdirSync(at('etc'));
  writeFileSync(at('etc', 'meter.yaml'), meterFile(meter.port));
  const port = await freePort();
  const child = spawn(process.execPath, [join(packageRoot, 'dist', 'runtime', 'main.js')], {
    env: {
      ...process.env,
      SOLTHRIVE_ETC: at('etc'),
      SOLTHRIVE_BOOT: at('boot.yaml'),
      SOLTHRIVE_DATA: at('data'),
      SOLTHRIVE_RUN: at('run'),
      SOLTHRIVE_PORT: String(port),
      // It is nobody's service: systemd must not be told of it.
      NOTIFY_SOCKET: '',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const bench = { meter, folder, url: `http://127.0.0.1:${port}`, child, lastWords: '' };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    bench.lastWords = `${bench.lastWords}${text}`.slice(-MOST_WORDS);
  });
  return bench;
}

/** Ends the program, however it is, and leaves nothing behind. */
export async function tearDown({ child, meter, folder }: Bench): Promise<void> {
  const isRunning = child.exitCode === null && child.signalCode === null;
  const ended = isRunning ? once(child, 'exit') : null;
  child.kill('SIGKILL');
  await ended;
  await meter.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function meterFile(port: number): string {
  return `
buses: [{ id: line, type: tcp, host: 127.0.0.1, port: ${port} }]
meters:
  - { id: main, profile: ${PROFILE}, bus: line, unit: 1, channels: [
      { id: mains, role: grid, phases: [l1, l2] }, { id: pv, role: solar, phases: [l3] }] }
`;
}

/** @returns after how many seconds it was so; null where it was not in time */
export async function waitUntil(
  bench: Bench,
  withinMs: number,
  isSo: () => Promise<boolean>,
): Promise<number | null> {
  const { child } = bench;
  const from = systemClock.mono();
  while (systemClock.mono() - from < withinMs && child.exitCode === null) {
    const is = await isSo().catch(() => false);
    if (is) return Math.round((systemClock.mono() - from) / 100) / 10;
    await pause(systemClock, LOOK_EVERY_MS);
  }
  return null;
}

/** @returns null where it does not come in time; a timer that is left over would keep the program waiting */
export async function inTime<T>(coming: Promise<T>, withinMs: number): Promise<T | null> {
  const isHere = new AbortController();
  try {
    return await Promise.race([
      coming,
      pause(systemClock, withinMs, isHere.signal).then(() => null),
    ]);
  } finally {
    isHere.abort();
  }
}

export async function getJson({ url }: Bench, path: string): Promise<unknown> {
  const response = await fetch(url + path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
