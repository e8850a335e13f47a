/** The whole appliance against a meter: what it costs, how even its beat is, how fresh its numbers are. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';
import { freePort } from '../test/support/appliance.ts';
import { oneMeterOn } from '../test/support/one-meter.ts';
import { percentile } from './figures.ts';
import type { BenchMeter } from './meter-server.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** What `npm start` hands to Node.js: its flags, then the program. */
function startArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.replace(/^exec node /, '').split(' ');
}

export interface BenchAppliance {
  pid: number;
  port: number;
  /** Opens the private routes. */
  token(): string;
  stop(): Promise<void>;
}

/** @param records  a folder of records that it begins with */
export async function startOn(meter: BenchMeter, records?: string): Promise<BenchAppliance> {
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-bench-'));
  const port = await freePort();
  const etc = join(folder, 'etc');
  mkdirSync(etc);
  writeFileSync(
    join(etc, 'meter.yaml'),
    oneMeterOn(`{ id: line, type: tcp, host: 127.0.0.1, port: ${meter.port} }`),
  );
  const data = join(folder, 'data');
  if (records !== undefined) cpSync(records, data, { recursive: true });
  const child = spawn(process.execPath, startArguments(), {
    cwd: ROOT,
    env: {
      ...process.env,
      SOLTHRIVE_ETC: etc,
      SOLTHRIVE_DATA: data,
      SOLTHRIVE_RUN: join(folder, 'run'),
      SOLTHRIVE_BOOT: join(folder, 'boot.yaml'),
      SOLTHRIVE_PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await live(port, child);
  return {
    pid: child.pid ?? 0,
    port,
    token: () => readFileSync(join(etc, 'token'), 'utf8').trim(),
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function live(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`the appliance ended with ${child.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}/api/latest`).catch(() => null);
    if (answer?.ok && ((await answer.json()) as { quality: string }).quality === 'good') return;
    await wait(100);
  }
  throw new Error('the appliance was not live within 30 s');
}

export interface Beat {
  meanMs: number;
  /** 99th percentile of |interval - 1000 ms| as the clients saw it. */
  p99JitterMs: number;
}

/** The beat of /ws as `clients` clients see it. */
export async function beatOf(port: number, clients: number, seconds: number): Promise<Beat> {
  const arrivals: number[][] = [];
  const sockets = Array.from({ length: clients }, (_, index) => {
    const mine: number[] = [];
    arrivals[index] = mine;
    return listen(port, () => mine.push(performance.now()));
  });
  await wait(seconds * 1000);
  // One client more than an address may have would be refused while these are still leaving.
  const gone = sockets.map((socket) => once(socket, 'close'));
  for (const socket of sockets) socket.close();
  await Promise.all(gone);
  const intervals = arrivals.flatMap((mine) => mine.slice(1).map((at, i) => at - (mine[i] ?? at)));
  return {
    meanMs: intervals.reduce((sum, interval) => sum + interval, 0) / intervals.length,
    p99JitterMs: percentile(
      intervals.map((interval) => Math.abs(interval - 1000)),
      0.99,
    ),
  };
}

function listen(port: number, onSnapshot: (solarW: number, atMs: number) => void): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  socket.on('message', (frame: Buffer) => {
    const atMs = performance.now();
    const { type, data } = JSON.parse(frame.toString());
    if (type === 'snapshot') onSnapshot(data.solar_w, atMs);
  });
  return socket;
}

export interface Freshness {
  pollToFrameP95Ms: number;
  changeToFrameP95Ms: number;
}

/** Changes the solar register at odd moments and sees when a frame says so. */
export async function freshnessOf(
  port: number,
  meter: BenchMeter,
  changes: number,
): Promise<Freshness> {
  const pollToFrame: number[] = [];
  const changeToFrame: number[] = [];
  let expected = Number.NaN;
  let changedMs = 0;
  let seen: () => void = () => {};
  const socket = listen(port, (solarW, atMs) => {
    const lastReply = meter.repliesMs.findLast((ms) => ms < atMs);
    if (lastReply !== undefined) pollToFrame.push(atMs - lastReply);
    if (solarW !== expected) return;
    changeToFrame.push(atMs - changedMs);
    expected = Number.NaN;
    seen();
  });
  await once(socket, 'open');
  for (let change = 0; change < changes; change++) {
    await wait(100 + ((change * 377) % 900));
    const shown = new Promise<void>((resolve) => {
      seen = resolve;
    });
    expected = 1000 + change;
    changedMs = performance.now();
    meter.set(1014, expected);
    await shown;
  }
  socket.close();
  return {
    pollToFrameP95Ms: percentile(pollToFrame, 0.95),
    changeToFrameP95Ms: percentile(changeToFrame, 0.95),
  };
}
