/**
 * `npm run bench`: what the appliance costs and how well it keeps time, each figure as a ratio against
 * a yardstick measured in the same run. Absolute times depend on the machine; ratios are what counts.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beatOf, freshnessOf, startOn } from './appliance.ts';
import { type BenchMeter, startBenchMeter } from './meter-server.ts';
import { usageOf } from './process.ts';
import { bareFlow, handWiredFlow, startNodeRed } from './stock-flow.ts';
import { wireRows } from './wire.ts';

const run = promisify(execFile);
/** Start-up work is over by then. */
const SETTLE_S = 15;
const WATCH_S = 30;
const BEAT_S = 60;
const CLIENTS = 20;
const CHANGES = 40;
const ROUNDS = 5;

section('On the wire, per cycle (9600 baud 8N1, 20 ms latency assumed)');
for (const { profile, speed, values, planned, best, single } of wireRows()) {
  line(
    `${profile}, ${values} ${speed} values`,
    `${planned.requests} requests, ${planned.bytes} bytes, ${planned.ms.toFixed(0)} ms`,
    [
      ['time / optimum', planned.ms / best.ms, 1.0],
      ['bytes / optimum', planned.bytes / best.bytes],
      ['time / value by value', planned.ms / single.ms],
    ],
  );
}

const meter = await startBenchMeter();
try {
  section('CPU time of bus and meter code, per poll');
  await pollCost(meter);
  section('The whole appliance, no browser open, against Node-RED with stock nodes');
  await costs(meter);
  section('The beat of /ws, and how fresh its numbers are');
  await beats(meter);
} finally {
  await meter.stop();
}

async function pollCost({ port }: BenchMeter): Promise<void> {
  const ratios: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [mine, bare] = [await cpuOf('ours', port), await cpuOf('bare', port)];
    ours.push(mine);
    ratios.push(mine / bare);
  }
  line('WattNode over TCP', `${median(ours).toFixed(0)} us`, [
    ['CPU / bare modbus-serial loop', median(ratios), 1.5],
  ]);
}

async function cpuOf(kind: 'ours' | 'bare', port: number): Promise<number> {
  const script = `${import.meta.dirname}/poll-cost.ts`;
  const { stdout } = await run(process.execPath, [script, kind, String(port)]);
  return Number(stdout);
}

async function costs(meter: BenchMeter): Promise<void> {
  const appliance = await startOn(meter);
  const wired = await startNodeRed(handWiredFlow(meter.port));
  const bare = await startNodeRed(bareFlow);
  await seconds(SETTLE_S);
  const [ours, stock, nothing] = await Promise.all(
    [appliance, wired, bare].map(({ pid }) => usageOf(pid, WATCH_S)),
  );
  await Promise.all([appliance, wired, bare].map((started) => started.stop()));
  if (!ours || !stock || !nothing) return;
  line('CPU', `${ours.cpuMsPerS.toFixed(1)} ms/s against ${stock.cpuMsPerS.toFixed(1)}`, [
    ['appliance / hand-wired stock flow', ours.cpuMsPerS / stock.cpuMsPerS, 1.0],
  ]);
  line('Wake-ups', `${ours.wakeUpsPerS.toFixed(0)}/s against ${stock.wakeUpsPerS.toFixed(0)}`, [
    ['appliance / hand-wired stock flow', ours.wakeUpsPerS / stock.wakeUpsPerS],
  ]);
  line('Memory (PSS)', `${ours.pssMb.toFixed(0)} MB against ${nothing.pssMb.toFixed(0)} bare`, [
    ['MB above bare Node-RED with the dashboard', ours.pssMb - nothing.pssMb, 30],
  ]);
}

async function beats(meter: BenchMeter): Promise<void> {
  const appliance = await startOn(meter);
  await seconds(SETTLE_S);
  const beat = await beatOf(appliance.port, CLIENTS, BEAT_S);
  line(`Cadence, ${CLIENTS} clients`, `mean ${(beat.meanMs / 1000).toFixed(4)} s`, [
    ['p99 jitter, ms', beat.p99JitterMs, 20],
  ]);
  const fresh = await freshnessOf(appliance.port, meter, CHANGES);
  line('End of poll to frame', '', [['p95, ms', fresh.pollToFrameP95Ms, 50]]);
  line('Register change to frame', '', [['p95, ms', fresh.changeToFrameP95Ms, 1250]]);
  await appliance.stop();
}

type Figure = [name: string, value: number, goal?: number];

function section(title: string): void {
  console.log(`\n${title}`);
}

function line(what: string, detail: string, figures: Figure[]): void {
  console.log(`  ${what}${detail ? `: ${detail}` : ''}`);
  for (const [name, value, goal] of figures) {
    const verdict = goal === undefined ? '' : `  (goal ${goal}${value <= goal ? '' : ', missed'})`;
    console.log(`    ${name.padEnd(44)} ${value.toFixed(2).padStart(9)}${verdict}`);
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}
