/** What can be checked about an appliance from beside it. Each check answers for itself. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { z } from 'zod';
import { undatedKwh } from '../nodes/journal/undated.ts';
import { misfitsOf, profilesOf } from '../nodes/meter/fit.ts';
import { isoTime } from '../nodes/site/clock.ts';
import { isTrusted, systemTime } from '../nodes/site/clock-trust.ts';
import type { Site } from '../nodes/site/config.ts';
import { asError } from '../nodes/site/errors.ts';
import { isTooOpen, tokenFile } from '../nodes/site/identity.ts';
import { fileLayers } from '../nodes/site/layers.ts';
import { notInForce } from '../nodes/site/not-in-force.ts';
import type { SiteMode } from '../nodes/site/paths.ts';
import { formatProblem } from '../nodes/site/problems.ts';
import type { WordParams } from '../nodes/site/words.ts';
import { askService, isNotRunning } from './control.ts';
import { fixed } from './counted.ts';
import { formatMoment } from './moments.ts';
import { waitingChanges } from './waiting-changes.ts';

/** `warn` is something to know; it fails nothing. */
export type CheckState = 'pass' | 'warn' | 'fail' | 'not_applicable';

/** `reason` is a key below `check.<name>` in cli.json. */
export interface CheckResult {
  state: CheckState;
  reason: string;
  params?: WordParams;
}

export interface Checked {
  site: Site;
  mode: SiteMode;
  /** Wall time, ms. */
  nowMs: number;
}

type Check = (checked: Checked) => CheckResult | Promise<CheckResult>;

const NEEDED_NODE = 24;
/** Two years of records are far below; an update needs room for a second release. */
const NEEDED_BYTES = 1_000_000_000;
const PATIENCE_MS = 3_000;

export const CHECKS: Record<string, Check> = {
  configuration,
  settings,
  meters,
  profiles,
  folders,
  token,
  service,
  port,
  node,
  disk,
  clock,
};

function configuration({ site }: Checked): CheckResult {
  const [first] = site.problems;
  if (first === undefined) return pass();
  return fail('wrong', { count: site.problems.length, first: formatProblem(first) });
}

async function settings({ site }: Checked): Promise<CheckResult> {
  const waiting = await waitingChanges(site);
  if (waiting !== null) return { state: 'warn', reason: 'waiting', params: waiting };
  const lines = notInForce(site);
  if (lines.length === 0) return pass();
  return { state: 'warn', reason: 'idle', params: { lines: lines.join('\n') } };
}

function meters({ site, mode }: Checked): CheckResult {
  const count = site.config.meters.length;
  if (count > 0) return pass({ count });
  return mode.kind === 'appliance' ? fail('none') : notApplicable('simulated');
}

function profiles({ site }: Checked): CheckResult {
  const loaded = profilesOf(site);
  const [refused] = loaded.refused;
  if (refused !== undefined) return fail('refused', { what: refused.message });
  const misfits = misfitsOf(site.config, loaded, fileLayers(site.paths).tree);
  const [first] = misfits;
  if (first !== undefined) {
    return fail('wrong', { count: misfits.length, first: formatProblem(first) });
  }
  return pass({ count: loaded.known.size });
}

function folders({ site }: Checked): CheckResult {
  const { etc, data, run } = site.paths;
  const there = [etc, data, run].filter((folder) => existsSync(folder));
  if (there.length === 0) return notApplicable('first_start');
  const closed = there.find((folder) => !isWritable(folder));
  if (closed === undefined) return pass();
  return fail('closed', { folder: closed });
}

function token({ site }: Checked): CheckResult {
  const file = tokenFile(site.paths);
  if (!existsSync(file)) return notApplicable('first_start');
  return isTooOpen(file) ? fail('open', { file }) : pass();
}

const statusSchema = z.object({ version: z.string(), uptime_s: z.number() });

async function service({ site, mode }: Checked): Promise<CheckResult> {
  try {
    const { body } = await askService(site.paths.run, { method: 'GET', path: '/status' });
    const { version, uptime_s: uptimeS } = statusSchema.parse(body);
    return pass({ version, minutes: Math.floor(uptimeS / 60) });
  } catch (thrown) {
    if (!isNotRunning(thrown)) return fail('silent', { what: asError(thrown).message });
    return mode.kind === 'appliance' ? fail('down') : notApplicable('down');
  }
}

async function port({ site }: Checked): Promise<CheckResult> {
  const { host, port: number } = site.config.http;
  const obstacle = await listenOnce(number, host);
  if (obstacle === null) return { state: 'pass', reason: 'free', params: { port: number } };
  if (obstacle !== 'EADDRINUSE') return fail('refused', { port: number, host, what: obstacle });
  const isOurs = await answersAsOurs(number, host);
  return isOurs ? pass({ port: number }) : fail('taken', { port: number });
}

function node(): CheckResult {
  const found = process.versions.node;
  const isNew = Number.parseInt(found, 10) >= NEEDED_NODE;
  return isNew ? pass({ found }) : fail('old', { found, needed: NEEDED_NODE });
}

function disk({ site }: Checked): CheckResult {
  const { data } = site.paths;
  if (!existsSync(data)) return notApplicable('first_start');
  const { bavail, bsize } = statfsSync(data);
  const free = bavail * bsize;
  const params = { free: fixed(free / 1e9, 1), needed: fixed(NEEDED_BYTES / 1e9, 1) };
  return free >= NEEDED_BYTES ? pass(params) : fail('low', params);
}

/** A Pi without a clock of its own wakes up in the past until it has asked the network. */
async function clock({ site, nowMs }: Checked): Promise<CheckResult> {
  const { run, records } = site.paths;
  const machine = systemTime(run);
  const params = { now: formatMoment(isoTime(nowMs), site.config.site.timezone) };
  if (nowMs < machine.builtMs) return fail('past', params);
  if (!isTrusted(nowMs, machine.builtMs, await machine.facts())) return fail('untrusted', params);
  const undated = await undatedKwh(records, machine.bootId);
  if (undated === null) return pass(params);
  return { state: 'warn', reason: 'undated', params: { ...params, ...undated } };
}

function pass(params: WordParams = {}): CheckResult {
  return { state: 'pass', reason: 'pass', params };
}

function fail(reason: string, params: WordParams = {}): CheckResult {
  return { state: 'fail', reason, params };
}

function notApplicable(reason: string): CheckResult {
  return { state: 'not_applicable', reason };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Null where the port can be had, else the system's code for why not. */
function listenOnce(number: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(number, host, () => probe.close(() => resolve(null)));
  });
}

/** Only our own health says how the Modbus lines are. */
const healthSchema = z.object({ status: z.string(), modbus_status: z.string() });

async function answersAsOurs(number: number, host: string): Promise<boolean> {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const authority = name.includes(':') ? `[${name}]` : name;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`http://${authority}:${number}/api/health`, { signal });
    return healthSchema.safeParse(await response.json()).success;
  } catch {
    return false;
  }
}
