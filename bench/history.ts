/**
 * What it costs to ask about the past: through the reader's own thread, against a bare loop that
 * reads the same files and parses each line.
 */
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
import { median } from './figures.ts';
import {
  AFTER_THE_YEAR_MS,
  site as config,
  FIRST_DAY,
  LAST_DAY,
  writeYear,
} from './year-of-records.ts';

const DAY_MS = 86_400_000;
const ROUNDS = 9;

export interface QueryCost {
  what: string;
  records: number;
  ms: number;
  bareMs: number;
  /** Of the first time, in a new thread. */
  firstMs: number;
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
  for (const [what, question] of [
    ['24 hours of minutes', day],
    ['30 days of minutes', month],
    ['30 days of 15 minutes', quarters],
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
  for (let round = 0; round < ROUNDS; round++) times.push((await timed(reader, summary)).ms);
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
  const first = await timed(reader, question);
  const times: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push((await timed(reader, question)).ms);
    bare.push(bareMs(files));
  }
  await reader.release();
  const records = first.text.split('\n').length - 3;
  return { records, ms: median(times), bareMs: median(bare), firstMs: first.ms };
}

async function timed(reader: Reader, question: Question): Promise<{ ms: number; text: string }> {
  const startMs = performance.now();
  const { text } = await reader.ask(question);
  const parts: Uint8Array[] = [];
  for await (const part of text) parts.push(Buffer.from(part));
  const ms = performance.now() - startMs;
  return { ms, text: Buffer.concat(parts).toString() };
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
function bareMs(files: readonly string[]): number {
  const startMs = performance.now();
  let count = 0;
  for (const file of files) {
    const bytes = readFileSync(file);
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    for (const line of text.split('\n')) {
      if (line !== '') count += Object.keys(JSON.parse(line)).length;
    }
  }
  return count > 0 ? performance.now() - startMs : Number.NaN;
}

/** Asks for a year of 15 minutes again and again, until told to stop. @returns how often it was answered */
export async function askForTheYear(
  { port, token }: { port: number; token: () => string },
  stopped: AbortSignal,
): Promise<number> {
  const url = `http://127.0.0.1:${port}/api/history?from=${FIRST_DAY}&to=${LAST_DAY}&resolution=15m`;
  const headers = { Authorization: `Bearer ${token()}` };
  let answered = 0;
  while (!stopped.aborted) {
    const answer = await fetch(url, { headers });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`/api/history answered ${answer.status}`);
    answered += 1;
  }
  return answered;
}
