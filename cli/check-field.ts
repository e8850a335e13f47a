/** Checks of a site as it is installed, while its service runs: what `check --field` looks at beyond `check`. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { judgeMeters } from '../nodes/health/commission/soundness.ts';
import { systemClock } from '../nodes/site/clock.ts';
import type { Site } from '../nodes/site/config.ts';
import { asError } from '../nodes/site/errors.ts';
import { type ToldCheck, titleOf, told, toldVerdict } from './check-told.ts';
import type { CommandContext } from './command.ts';
import { collectSeconds } from './commission/live.ts';
import { askDoctor } from './doctor-report.ts';
import { activeFaults, type ShownFault } from './faults.ts';
import { plausible, type Seen, signs, supply } from './field-values.ts';
import { siteOf } from './records.ts';

const SECONDS = 5;
const PATIENCE_MS = 5_000;
/** A minute is written when it is over, and a little later. */
const MINUTE_WITHIN_S = 120;
const HOT_C = 80;
const MOST_ERRORS_PERCENT = 1;

const systemSchema = z.looseObject({
  uptime_s: z.number(),
  poll_interval_ms: z.number(),
  poll_drift_ms: z.record(z.string(), z.object({ p50: z.number(), p99: z.number() })),
  request_errors: z.record(z.string(), z.object({ percent: z.number().nullable() })),
  host: z.looseObject({
    temperature_c: z.number().optional(),
    undervoltage: z.object({ now: z.boolean(), since_boot: z.boolean().optional() }).optional(),
  }),
  runs: z
    .looseObject({
      crashes_24h: z.number(),
      last_end: z.looseObject({ how: z.string(), reason: z.string().optional() }).nullable(),
    })
    .optional(),
  clock: z.looseObject({ trusted: z.boolean() }),
});
type System = z.output<typeof systemSchema>;

interface Gathered extends Seen {
  faults: ShownFault[];
  system: System;
}

type FieldCheck = (gathered: Gathered) => ToldCheck | Promise<ToldCheck>;

const CHECKS: Record<string, FieldCheck> = {
  meters: ({ seconds }) => toldVerdict('meters', judgeMeters(seconds)),
  supply,
  plausible,
  signs,
  faults,
  bus_errors: busErrors,
  poll_drift: pollDrift,
  records,
  api,
  dashboard,
  temperature,
  undervoltage,
  last_run: lastRun,
};

/** Where the service cannot be asked, each says so. */
export async function checkField(context: CommandContext): Promise<ToldCheck[]> {
  const site = siteOf(context);
  let gathered: Gathered;
  try {
    const [seconds, { report }, active, system] = await Promise.all([
      collectSeconds(context, SECONDS),
      askDoctor(context),
      activeFaults(context),
      fetchJson(site, '/api/system'),
    ]);
    const { daylight } = report;
    gathered = { site, seconds, daylight, faults: active, system: systemSchema.parse(system) };
  } catch (thrown) {
    const what = asError(thrown).message;
    return [
      told('running', 'fail', 'fail', { what }),
      ...Object.keys(CHECKS).map((name) => ({
        ...told('running', 'not_applicable', 'na'),
        ...{ name, title: titleOf(name) },
      })),
    ];
  }
  const results = Object.entries(CHECKS).map(async ([name, check]) => {
    try {
      return await check(gathered);
    } catch (thrown) {
      return told(name, 'fail', 'fail', { what: asError(thrown).message });
    }
  });
  return [told('running', 'pass'), ...(await Promise.all(results))];
}

function faults({ faults: active }: Gathered): ToldCheck {
  if (active.length === 0) return told('faults', 'pass');
  const what = active.map(({ id, source, message }) => `${id} ${source}: ${message}`).join('\n');
  return told(
    'faults',
    active.some(({ severity }) => severity !== 'info') ? 'fail' : 'warn',
    'fail',
    { what },
  );
}

function busErrors({ system }: Gathered): ToldCheck {
  const rates = Object.entries(system.request_errors).flatMap(([meter, { percent }]) =>
    percent === null ? [] : [{ meter, percent }],
  );
  const [worst] = rates.toSorted((a, b) => b.percent - a.percent);
  if (!worst) return told('bus_errors', 'not_applicable', 'na');
  return told('bus_errors', worst.percent > MOST_ERRORS_PERCENT ? 'fail' : 'pass', 'rate', worst);
}

function pollDrift({ system, faults: active }: Gathered): ToldCheck {
  const drifts = Object.entries(system.poll_drift_ms).toSorted(([, a], [, b]) => b.p99 - a.p99);
  const [worst] = drifts;
  if (!worst) return told('poll_drift', 'not_applicable', 'na');
  const isFault = active.some(({ id }) => id === 'poll_drift');
  const params = { meter: worst[0], p99: worst[1].p99, interval: system.poll_interval_ms };
  return told('poll_drift', isFault ? 'fail' : 'pass', 'drift', params);
}

function records({ site, system }: Gathered): ToldCheck {
  if (!system.clock.trusted) return told('records', 'not_applicable', 'undated');
  const folder = join(site.paths.records, 'minute');
  const newest = Math.max(0, ...filesIn(folder).map((file) => statSync(file).mtimeMs));
  const seconds = Math.round((systemClock.now() - newest) / 1_000);
  if (newest > 0 && seconds <= MINUTE_WITHIN_S) return told('records', 'pass', 'pass', { seconds });
  if (system.uptime_s < MINUTE_WITHIN_S) return told('records', 'not_applicable', 'young');
  return newest === 0
    ? told('records', 'fail', 'none')
    : told('records', 'fail', 'old', { seconds });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

async function api({ site }: Gathered): Promise<ToldCheck> {
  for (const path of ['/api/latest', '/api/health']) await fetchJson(site, path);
  return told('api', 'pass');
}

async function dashboard({ site }: Gathered): Promise<ToldCheck> {
  const response = await fetchFrom(site, '/dashboard');
  const text = await response.text();
  const isPage = response.ok && text.includes('<html');
  return isPage
    ? told('dashboard', 'pass')
    : told('dashboard', 'fail', 'fail', { what: String(response.status) });
}

function temperature({ system }: Gathered): ToldCheck {
  const { temperature_c: celsius } = system.host;
  if (celsius === undefined) return told('temperature', 'not_applicable', 'na');
  return told('temperature', celsius >= HOT_C ? 'fail' : 'pass', 'told', { celsius });
}

function undervoltage({ system }: Gathered): ToldCheck {
  const { undervoltage: seen } = system.host;
  if (!seen) return told('undervoltage', 'not_applicable', 'na');
  if (seen.now) return told('undervoltage', 'fail');
  return seen.since_boot === true ? told('undervoltage', 'warn') : told('undervoltage', 'pass');
}

function lastRun({ system }: Gathered): ToldCheck {
  const { runs } = system;
  if (!runs?.last_end) return told('last_run', 'not_applicable', 'na');
  const { how, reason = '' } = runs.last_end;
  if (how === 'clean' || how === 'reboot') return told('last_run', 'pass', how);
  const isRecent = runs.crashes_24h > 0 && (how === 'crash' || how === 'watchdog');
  const check = told('last_run', isRecent ? 'fail' : 'warn', how);
  return reason === '' ? check : { ...check, reason: `${check.reason} (${reason})` };
}

function fetchFrom({ config }: Site, path: string): Promise<Response> {
  const { host, port } = config.http;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const authority = name.includes(':') ? `[${name}]` : name;
  return fetch(`http://${authority}:${port}${path}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** @throws where it does not answer with JSON, or refuses */
async function fetchJson(site: Site, path: string): Promise<unknown> {
  const response = await fetchFrom(site, path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}
