/**
 * Checks of the program itself on this machine, without a site: the appliance as a process of its own
 * in a folder of its own, and a simulated meter that is polled over real Modbus and misbehaves.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { asError } from '../nodes/site/errors.ts';
import { type Bench, getJson, inTime, setUp, tearDown, waitUntil } from './bench-site.ts';
import { type ToldCheck, titleOf, told } from './check-told.ts';

const START_MS = 60_000;
const FAULT_MS = 15_000;
const VOLTAGE_MS = 20_000;
const MINUTE_MS = 130_000;
const STOP_MS = 25_000;
/** The reading is up to two seconds older than the home. */
const NEAR_SHARE = 0.05;
const NEAR_W = 60;

const CHECKS: Record<string, (bench: Bench) => Promise<ToldCheck>> = {
  start,
  registers,
  fault_begins: (bench) =>
    faultBegins(bench, 'fault_begins', { fault: 'silence' }, 'meter_not_responding'),
  fault_ends: (bench) => faultEnds(bench, 'fault_ends', 'meter_not_responding'),
  voltage_begins: (bench) =>
    faultBegins(
      bench,
      'voltage_begins',
      { fault: 'voltage_lost', phases: ['l2'] },
      'voltage_missing',
    ),
  voltage_ends: (bench) => faultEnds(bench, 'voltage_ends', 'voltage_missing'),
  api,
  dashboard,
  ws,
  storage,
  stop,
};

/** One after the other: a fault of one would spoil the next. */
export async function checkBench(progress: (name: string) => void): Promise<ToldCheck[]> {
  const results: ToldCheck[] = [];
  const bench = await setUp();
  try {
    for (const [name, check] of Object.entries(CHECKS)) {
      progress(titleOf(name));
      const isUp = results[0]?.state !== 'fail';
      results.push(
        isUp ? await tried(name, () => check(bench)) : told(name, 'not_applicable', 'down'),
      );
    }
  } finally {
    await tearDown(bench);
  }
  return results;
}

async function tried(name: string, check: () => Promise<ToldCheck>): Promise<ToldCheck> {
  try {
    return await check();
  } catch (thrown) {
    return told(name, 'fail', 'fail', { what: asError(thrown).message });
  }
}

const latestSchema = z.looseObject({
  quality: z.string(),
  grid_w: z.number().nullable(),
  seq: z.number(),
});
const healthSchema = z.looseObject({ errors: z.array(z.string()) });

async function start(bench: Bench): Promise<ToldCheck> {
  const seconds = await waitUntil(bench, START_MS, async () => {
    const latest = latestSchema.parse(await getJson(bench, '/api/latest'));
    return latest.quality === 'good';
  });
  const params = { seconds: START_MS / 1_000, what: bench.lastWords.trim() };
  return outcome('start', seconds, params);
}

async function registers(bench: Bench): Promise<ToldCheck> {
  let seen = { read: 0, is: 0 };
  const seconds = await waitUntil(bench, FAULT_MS, async () => {
    const { grid_w: read } = latestSchema.parse(await getJson(bench, '/api/latest'));
    const { gridW } = bench.meter.truth;
    seen = { read: Math.round(read ?? 0), is: Math.round(gridW) };
    return read !== null && Math.abs(read - gridW) <= NEAR_W + NEAR_SHARE * Math.abs(gridW);
  });
  return outcome('registers', seconds, seen);
}

async function faultBegins(
  bench: Bench,
  name: string,
  command: object,
  id: string,
): Promise<ToldCheck> {
  bench.meter.command(command);
  return outcome(
    name,
    await waitUntil(bench, FAULT_MS, async () => (await errors(bench)).includes(id)),
    {
      id,
      seconds: FAULT_MS / 1_000,
    },
  );
}

async function faultEnds(bench: Bench, name: string, id: string): Promise<ToldCheck> {
  bench.meter.command({ fault: 'none' });
  const ended = async () => !(await errors(bench)).includes(id);
  return outcome(name, await waitUntil(bench, VOLTAGE_MS, ended), {
    id,
    seconds: VOLTAGE_MS / 1_000,
  });
}

async function errors(bench: Bench): Promise<string[]> {
  return healthSchema.parse(await getJson(bench, '/api/health')).errors;
}

async function api(bench: Bench): Promise<ToldCheck> {
  const paths = ['/api/latest', '/api/health', '/api/system'];
  for (const path of paths) await getJson(bench, path);
  return told('api', 'pass');
}

async function dashboard({ url }: Bench): Promise<ToldCheck> {
  const response = await fetch(`${url}/dashboard`);
  const isPage = response.ok && (await response.text()).includes('<html');
  return isPage
    ? told('dashboard', 'pass')
    : told('dashboard', 'fail', 'fail', { what: String(response.status) });
}

/** Two snapshots, one right after the other. */
async function ws({ url }: Bench): Promise<ToldCheck> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  const seen: number[] = [];
  const heard = new Promise<void>((resolve, reject) => {
    socket.onerror = () => reject(new Error('/ws'));
    socket.onmessage = ({ data }) => {
      const seq = seqOf(String(data));
      if (seq !== null) seen.push(seq);
      if (seen.length >= 2) resolve();
    };
  });
  heard.catch(() => undefined);
  await inTime(heard, FAULT_MS);
  socket.close();
  const [first = 0, second = 0] = seen;
  return told('ws', seen.length >= 2 && second === first + 1 ? 'pass' : 'fail', undefined, {
    what: seen.join(', '),
  });
}

/** A snapshot may come by itself or within an envelope. */
function seqOf(text: string): number | null {
  const found = /"seq":(\d+)/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

async function storage(bench: Bench): Promise<ToldCheck> {
  const folder = join(bench.folder, 'data', 'minute');
  const undated = join(bench.folder, 'data', 'undated');
  const seconds = await waitUntil(
    bench,
    MINUTE_MS,
    async () => hasLines(folder) || hasLines(undated),
  );
  return outcome('storage', seconds, { seconds: MINUTE_MS / 1_000 });
}

function hasLines(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.jsonl'));
  } catch {
    return false;
  }
}

async function stop({ child }: Bench): Promise<ToldCheck> {
  if (child.exitCode !== null)
    return told('stop', 'fail', 'fail', { what: String(child.exitCode) });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');
  const over = await inTime(ended, STOP_MS);
  const code = over === null ? '–' : String(over[0]);
  return code === '0' ? told('stop', 'pass') : told('stop', 'fail', 'fail', { what: code });
}

function outcome(
  name: string,
  took: number | null,
  params: Record<string, string | number>,
): ToldCheck {
  if (took === null) return told(name, 'fail', 'fail', { what: '', ...params });
  return told(name, 'pass', 'pass', { ...params, seconds: took });
}
