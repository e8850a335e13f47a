/**
 * What it costs to go through all minutes, in a process of its own: `bare` only unpacks and parses
 * their files, `rollup` makes quarter hours, days and months of them, `maintain` packs and removes
 * what is over. Prints JSON.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { minuteFolder } from '../nodes/journal/minutes.ts';
import { reconcile } from '../nodes/rollup/reconcile/reconcile.ts';
import { maintain } from '../nodes/rollup/reconcile/retention.ts';
import { AFTER_THE_YEAR_MS, site } from './year-of-records.ts';

export interface RollupCost {
  seconds: number;
  /** Of all threads, s. */
  cpuS: number;
  /** Largest resident set, MB. */
  peakMb: number;
}

const WORKS = { bare, rollup, maintain: maintained };
export type Work = keyof typeof WORKS;

const [records = '', work] = process.argv.slice(2);
const task = {
  records,
  data: records,
  config: site,
  clock: { now: () => AFTER_THE_YEAR_MS },
  trusted: true,
};
const startedMs = performance.now();
const before = process.cpuUsage();
await WORKS[work as Work]();
const { user, system } = process.cpuUsage(before);
const cost: RollupCost = {
  seconds: (performance.now() - startedMs) / 1000,
  cpuS: (user + system) / 1e6,
  peakMb: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(cost));

async function rollup(): Promise<void> {
  await reconcile(task);
}

async function maintained(): Promise<void> {
  await maintain(task);
}

async function bare(): Promise<void> {
  const folder = minuteFolder(records);
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    for (const line of text.split('\n')) if (line !== '') JSON.parse(line);
  }
}
