/**
 * What it costs to ask about the past: through the reader's own thread, against a bare loop that
 * reads the same files and parses each line.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { HistoryQuestion, Question } from '../nodes/history/question.ts';
import { acquireReader, type Reader } from '../nodes/history/reader.ts';
import { reconcile } from '../nodes/rollup/reconcile/reconcile.ts';
import { systemClock } from '../nodes/site/clock.ts';
import { hashOf } from '../nodes/site/hash.ts';
import { sampleSite } from '../test/support/samples.ts';
import type { BenchAppliance } from './appliance.ts';
import { median } from './figures.ts';
import {
  AFTER_THE_YEAR_MS,
  site as config,
  FIRST_DAY,
  LAST_DAY,
  writeYear,
} from './year-of-records.ts';

const DAY_MS = 86_400_000;
/** A thread that has answered a few questions is what counts; the first is told by itself. */
const ROUNDS = 21;

export interface QueryCost {
  what: string;
  records: number;
  /** CPU time of the whole process, ms. */
  cpuMs: number;
  bareCpuMs: number;
  /** Of the first time, in a new thread, from sources that are not compiled. */
  firstCpuMs: number;
}

export interface PastCosts {
  queries: QueryCost[];
  /** A year of day summaries, ms. */
  summariesMs: number;
}

/** A year of records on disk, for as long as `use` takes. */
export async function withYear<T>(use: (records: string) => Promise<T>): Promise<T> {
  const records = mkdtempSync(join(tmpdir(), 'solthrive-bench-'));
  try {
    writeYear(records);
    await reconcile({ records, data: records, config, clock: { now: () => AFTER_THE_YEAR_MS } });
    return await use(records);
  } finally {
    rmSync(records, { recursive: true, force: true });
  }
}

export async function pastCosts(records: string): Promise<PastCosts> {
  const paths = { ...sampleSite().paths, records, data: records };
  const site = sampleSite({}, { config, paths, hash: hashOf(config) });
  const nowMs = Date.parse(`${LAST_DAY}T23:59:59Z`);
  const stretch = (days: number) => ({ fromMs: nowMs - days * DAY_MS, toMs: nowMs, nowMs });
  const usual = { kind: 'history', fields: null, format: 'json' } as const;
  const day: HistoryQuestion = { ...usual, ...stretch(1), resolution: '1m' };
  const month: HistoryQuestion = { ...usual, ...stretch(30), resolution: '1m' };
  const quarters: HistoryQuestion = { ...month, resolution: '15m' };
  const queries: QueryCost[] = [];
  const year: HistoryQuestion = { ...quarters, ...stretch(365) };
  for (const [what, question] of [
    ['24 hours of minutes', day],
    ['30 days of minutes', month],
    ['30 days of 15 minutes', quarters],
    ['A year of 15 minutes', year],
  ] as const) {
    queries.push({ what, ...(await compared(site, question)) });
  }
  const summary: Question = {
    kind: 'summary',
    dates: { from: FIRST_DAY, to: '2026-12-30' },
    nowMs,
  };
  const reader = acquireReader(site, { clock: systemClock });
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push((await answered(reader, summary)).ms);
  await reader.release();
  return { queries, summariesMs: median(times) };
}

async function compared(
  site: ReturnType<typeof sampleSite>,
  question: HistoryQuestion,
): Promise<Omit<QueryCost, 'what'>> {
  const level = question.resolution === '1m' ? 'minute' : 'quarter';
  const files = filesOf(join(site.paths.records, level), question);
  const reader = acquireReader(site, { clock: systemClock });
  const parts: Uint8Array[] = [];
  const first = await answered(reader, question, (part) => parts.push(Buffer.from(part)));
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push((await answered(reader, question)).cpuMs);
    bare.push(bareCpuMs(files));
  }
  await reader.release();
  const records = Buffer.concat(parts).toString().split('\n').length - 3;
  return { records, cpuMs: median(ours), bareCpuMs: median(bare), firstCpuMs: first.cpuMs };
}

async function answered(
  reader: Reader,
  question: Question,
  take: (part: Uint8Array) => void = () => undefined,
): Promise<{ ms: number; cpuMs: number }> {
  const [startMs, startCpuMs] = [performance.now(), cpuNowMs()];
  const { text } = await reader.ask(question);
  for await (const part of text) take(part);
  return { ms: performance.now() - startMs, cpuMs: cpuNowMs() - startCpuMs };
}

/** CPU time: other programs' work beside a measurement is not in it. */
function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function filesOf(folder: string, { fromMs, toMs }: HistoryQuestion): string[] {
  const [first, last] = [new Date(fromMs).toISOString(), new Date(toMs - 1).toISOString()];
  const touches = (name: string) => {
    const stem = name.slice(0, name.indexOf('.'));
    return stem >= first.slice(0, stem.length) && stem <= last.slice(0, stem.length);
  };
  return readdirSync(folder)
    .filter(touches)
    .sort()
    .map((name) => join(folder, name));
}

/** What is the least that anybody has to do who wants all of it. */
function bareCpuMs(files: readonly string[]): number {
  const startMs = cpuNowMs();
  let count = 0;
  for (const file of files) {
    const bytes = readFileSync(file);
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    for (const line of text.split('\n')) {
      if (line !== '') count += Object.keys(JSON.parse(line)).length;
    }
  }
  return count > 0 ? cpuNowMs() - startMs : Number.NaN;
}

/**
 * Asks for a year of 15 minutes again and again. It does so in another process: to take so much text
 * would hold up whoever listens to the beat.
 * @returns what ends it and tells how often it was answered
 */
export function askForTheYear({ port, token }: Pick<BenchAppliance, 'port' | 'token'>) {
  const url = `http://127.0.0.1:${port}/api/history?from=${FIRST_DAY}&to=${LAST_DAY}&resolution=15m`;
  const script = join(import.meta.dirname, 'ask-again.ts');
  const env = { ...process.env, ASK_URL: url, ASK_TOKEN: token() };
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let answers = 0;
  child.stdout.on('data', (bytes: Buffer) => {
    answers += bytes.length;
  });
  return async (): Promise<number> => {
    if (child.exitCode !== null) throw new Error(`whoever asks ended with ${child.exitCode}`);
    const gone = once(child, 'exit');
    child.kill();
    await gone;
    return answers;
  };
}
