/**
 * `npm run bench`, or `npm run bench -- <section>...`: what the appliance costs and how well it keeps time, each figure as a ratio against
 * a yardstick measured in the same run. Absolute times depend on the machine; ratios are what counts.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { VARIANTS } from '../test/scenarios/format.ts';
import { beatOf, freshnessOf, startOn } from './appliance.ts';
import { type Found, findings, ordinaryMonths } from './doctor.ts';
import { median } from './figures.ts';
import { askForTheYear, pastCosts, withYear } from './history.ts';
import { type BenchMeter, startBenchMeter } from './meter-server.ts';
import type { PollCost } from './poll-cost.ts';
import { type Usage, usageOf } from './process.ts';
import { bareFlow, handWiredFlow, startNodeRed } from './stock-flow.ts';
import { wireRows } from './wire.ts';
import { yearCosts } from './year.ts';

const run = promisify(execFile);
/** Start-up work is over by then. */
const SETTLE_S = 15;
/** So is most of what V8 compiles on its way: an appliance runs for years. */
const COMPILED_S = 45;
/** Watched in slices, of which the median counts: another program's busy moment must not. */
const SLICES = 8;
const SLICE_S = 5;
/** CPU time per second of an appliance that does nothing but its beat is a tenth of that. */
const AT_REST_MS_PER_S = 60;
const REST_SLICES_MOST = 120;
const BEAT_S = 40;
const CLIENTS = 20;
const CHANGES = 30;

const SECTIONS = { wire, poll, costs, beat, history, year, doctor, months };
type Section = keyof typeof SECTIONS;
/** Hours of work: only where it is asked for by name. */
const ON_REQUEST: readonly Section[] = ['months'];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. Sections: ${Object.keys(SECTIONS).join(', ')}.`);
  process.exit(1);
}
const meter = await startBenchMeter();
try {
  for (const name of Object.keys(SECTIONS) as Section[]) {
    const isUsual = wanted.length === 0 && !ON_REQUEST.includes(name);
    if (isUsual || wanted.includes(name)) await SECTIONS[name](meter);
  }
} finally {
  await meter.stop();
}

async function wire(): Promise<void> {
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
}

async function poll({ port }: BenchMeter): Promise<void> {
  section('CPU time of bus and meter code, per poll');
  const script = `${import.meta.dirname}/poll-cost.ts`;
  const { stdout } = await run(process.execPath, [script, String(port)]);
  const { oursUs, bareUs, ratio } = JSON.parse(stdout) as PollCost;
  line('WattNode over TCP', `${oursUs.toFixed(0)} us against ${bareUs.toFixed(0)}`, [
    ['CPU / bare modbus-serial loop', ratio, 1.5],
  ]);
}

async function costs(meter: BenchMeter): Promise<void> {
  section('The whole appliance, no browser open, against Node-RED with stock nodes');
  const appliance = await startOn(meter);
  const wired = await startNodeRed(handWiredFlow(meter.port));
  const bare = await startNodeRed(bareFlow);
  await seconds(COMPILED_S);
  const slices: { ours: Usage; stock: Usage; nothing: Usage }[] = [];
  for (let slice = 0; slice < SLICES; slice++) {
    const [ours, stock, nothing] = await Promise.all([
      usageOf(appliance.pid, SLICE_S),
      usageOf(wired.pid, SLICE_S),
      usageOf(bare.pid, SLICE_S),
    ]);
    slices.push({ ours, stock, nothing });
  }
  await Promise.all([appliance, wired, bare].map((started) => started.stop()));

  const over = (figure: (slice: (typeof slices)[number]) => number) => median(slices.map(figure));
  const cpuMs = [over(({ ours }) => ours.cpuMsPerS), over(({ stock }) => stock.cpuMsPerS)];
  line('CPU', `${cpuMs.map((ms) => ms.toFixed(1)).join(' ms/s against ')}`, [
    [
      'appliance / hand-wired stock flow',
      over(({ ours, stock }) => ours.cpuMsPerS / stock.cpuMsPerS),
      1.0,
    ],
  ]);
  const wakeUps = [over(({ ours }) => ours.wakeUpsPerS), over(({ stock }) => stock.wakeUpsPerS)];
  line('Wake-ups', `${wakeUps.map((count) => count.toFixed(0)).join('/s against ')}`, [
    [
      'appliance / hand-wired stock flow',
      over(({ ours, stock }) => ours.wakeUpsPerS / stock.wakeUpsPerS),
    ],
  ]);
  const pssMb = [over(({ ours }) => ours.pssMb), over(({ nothing }) => nothing.pssMb)];
  line('Memory (PSS)', `${pssMb.map((mb) => mb.toFixed(0)).join(' MB against bare ')}`, [
    [
      'MB above bare Node-RED with the dashboard',
      over(({ ours, nothing }) => ours.pssMb - nothing.pssMb),
      30,
    ],
  ]);
}

async function beat(meter: BenchMeter): Promise<void> {
  section('The beat of /ws, and how fresh its numbers are');
  const appliance = await startOn(meter);
  await seconds(SETTLE_S);
  const seen = await beatOf(appliance.port, CLIENTS, BEAT_S);
  line(`Cadence, ${CLIENTS} clients`, `mean ${(seen.meanMs / 1000).toFixed(4)} s`, [
    ['p99 jitter, ms', seen.p99JitterMs, 20],
  ]);
  const fresh = await freshnessOf(appliance.port, meter, CHANGES);
  line('End of poll to frame', '', [['p95, ms', fresh.pollToFrameP95Ms, 50]]);
  line('Register change to frame', '', [['p95, ms', fresh.changeToFrameP95Ms, 1250]]);
  await appliance.stop();
}

async function history(meter: BenchMeter): Promise<void> {
  section('The past, through the reader, against a bare loop that parses the same files');
  await withYear(async (records) => {
    const { queries, summariesMs } = await pastCosts(records);
    for (const { what, records: count, cpuMs, bareCpuMs, firstCpuMs } of queries) {
      line(
        what,
        `${count} records, ${cpuMs.toFixed(0)} ms of CPU against ${bareCpuMs.toFixed(0)}`,
        [
          ['CPU / bare loop', cpuMs / bareCpuMs, 1.5],
          ['the first time, in a new thread / bare loop', firstCpuMs / bareCpuMs],
        ],
      );
    }
    line('A year of day summaries', '', [['ms', summariesMs]]);
    const [asked, left] = [await startOn(meter, records), await startOn(meter, records)];
    await Promise.all([asked, left].map(({ pid }) => rested(pid)));
    const stopAsking = askForTheYear(asked);
    const [seen, beside] = await Promise.all(
      [asked, left].map(({ port }) => beatOf(port, CLIENTS, BEAT_S)),
    );
    line('Beat of /ws while a year is asked for', `${await stopAsking()} answers in ${BEAT_S} s`, [
      ['p99 jitter, ms', seen?.p99JitterMs ?? Number.NaN, 20],
      ['p99 jitter of one beside it that nobody asks, ms', beside?.p99JitterMs ?? Number.NaN],
    ]);
    await Promise.all([asked.stop(), left.stop()]);
  });
}

async function year(): Promise<void> {
  section('A year of records, against a bare loop that unpacks and parses the minutes');
  const { bare, rollup, again, startBare, start, diskBytes, day } = await yearCosts();
  for (const [what, cost, yardstick] of [
    ['A year of minutes into 15 minutes, days, months', rollup, bare],
    ['The same once more, with nothing to write', again, bare],
    ['At a start, with the minutes of 30 days', start, startBare],
  ] as const) {
    line(what, `${cost.seconds.toFixed(1)} s against ${yardstick.seconds.toFixed(1)}`, [
      ['CPU / bare loop', cost.cpuS / yardstick.cpuS],
      ['MB of memory above bare loop', cost.peakMb - yardstick.peakMb],
    ]);
  }
  line('On the disk after a year', '', [['MB', diskBytes / 1e6, 50]]);
  if (day === null) return line('Written in a day', 'cannot be told without strace', []);
  line('Written in a day', '', [
    ['MB', day.bytes / 1e6, 2],
    ['MB, as pages of memory', day.pageBytes / 1e6],
    ['flushes (a minute each makes 1440)', day.flushes],
  ]);
}

async function doctor(): Promise<void> {
  section('What is wrong with a site: the tables of scenarios, on a virtual clock');
  showFound('As they are', await findings([]), true);
  showFound('With noise, skew and a restart', await findings(VARIANTS), false);
}

async function months(): Promise<void> {
  section('Ordinary months in four climates and three wirings each, nothing wrong');
  const found = await ordinaryMonths();
  line('Simulated days', String(found.days), [['false alarms', found.score.extra, 0]]);
}

function showFound(what: string, { score, failed }: Found, withTimes: boolean): void {
  line(what, `${score.passed} of ${score.scenarios} scenarios as expected`, [
    ['false alarms', score.extra, 0],
    ['missed or late', score.expected - score.found, 0],
    ['precision', score.precision],
    ['recall', score.recall],
  ]);
  if (failed.length > 0) console.log(`    not as expected: ${failed.join('; ')}`);
  if (!withTimes) return;
  for (const { what: fault, count, medianMs, maxMs, worstShare } of score.times) {
    line(`${fault}, ${count} times`, '', [
      ['median, s', medianMs / 1000],
      ['longest, s', maxMs / 1000],
      ['longest share of the time allowed', worstShare, 1],
    ]);
  }
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

/** Waits until an appliance has gone through its records: at its start it does so beside the beat. */
async function rested(pid: number): Promise<void> {
  for (let slices = 0; slices < REST_SLICES_MOST; slices++) {
    if ((await usageOf(pid, SLICE_S)).cpuMsPerS < AT_REST_MS_PER_S) return;
  }
  throw new Error('the appliance has not come to rest');
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}
