/**
 * Works on the records: through the service while it runs, else on the files, with the lock that keeps
 * two writers apart.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { z } from 'zod';
import { JOBS, type Job, type JobContext } from '../nodes/rollup/jobs.ts';
import { systemClock } from '../nodes/site/clock.ts';
import type { Site } from '../nodes/site/config.ts';
import { SolthriveError } from '../nodes/site/errors.ts';
import { peekSite } from '../nodes/site/load.ts';
import { takeLock } from '../nodes/site/lock.ts';
import { standInForMeters, standsIn } from '../nodes/site/simulated.ts';
import type { CommandContext } from './command.ts';
import { askForLines, isNotRunning } from './control.ts';

const lineSchema = z.union([
  z.object({ progress: z.object({ done: z.number(), of: z.number() }) }),
  z.object({ result: z.unknown() }),
]);

/**
 * Runs a job on the records, wherever that has to be done, and shows how far it is.
 * @returns what the job tells
 * @throws Refusal, SolthriveError, the system's errors
 */
export async function runJob(
  context: CommandContext,
  name: string,
  params: unknown,
): Promise<unknown> {
  try {
    return await askForJob(context, name, params);
  } catch (thrown) {
    if (!isNotRunning(thrown)) throw thrown;
    return await runHere(context, name, params);
  } finally {
    context.out.progress('');
  }
}

async function askForJob(context: CommandContext, name: string, params: unknown): Promise<unknown> {
  const question = { method: 'POST', path: `/records/${name}`, body: params } as const;
  for await (const line of askForLines(context.paths.run, question)) {
    const value = lineSchema.parse(line);
    if ('result' in value) return value.result;
    showProgress(context, value.progress.done, value.progress.of);
  }
  throw new Error(`/records/${name}: no result`);
}

function showProgress({ out, say }: CommandContext, done: number, of: number): void {
  const percent = of > 0 ? Math.floor((100 * done) / of) : 0;
  out.progress(say('records.progress', { percent }));
}

async function runHere(context: CommandContext, name: string, params: unknown): Promise<unknown> {
  const job: Job | undefined = JOBS[name];
  if (!job) throw new Error(`no job ${name}`);
  return withRecords(context, (site) => job(jobContext(context, site), params));
}

function jobContext(context: CommandContext, { config, paths }: Site): JobContext {
  const { records, data } = paths;
  const progress = (done: number, of: number) => showProgress(context, done, of);
  return { records, data, config, clock: systemClock, progress };
}

/**
 * Hands the site to somebody who works on its files, while nobody else can.
 * @throws SolthriveError `records_none`, `records_closed`, `already_running`
 */
export async function withRecords<T>(
  { paths, env, mode }: Pick<CommandContext, 'paths' | 'env' | 'mode'>,
  work: (site: Site) => Promise<T>,
): Promise<T> {
  becomeOwner(paths.data);
  const lock = takeLock(paths.data);
  try {
    return await work(siteOf({ paths, env, mode }));
  } finally {
    lock.release();
  }
}

/** Short hash of what the files say: a service that was not restarted since may run another. */
export function configHashOf(context: Pick<CommandContext, 'paths' | 'env' | 'mode'>): string {
  return siteOf(context).hash;
}

/** The site whose records these are, simulated or not. */
export function siteOf({ paths, env, mode }: Pick<CommandContext, 'paths' | 'env' | 'mode'>): Site {
  const site = peekSite({ paths, env });
  // Which port a simulated meter would have is of no matter to its records.
  return standsIn(site.config, mode) ? standInForMeters(site, 0) : site;
}

/** For those who only read. @throws SolthriveError `records_none`, `records_closed` */
export function mustBeReadable(folder: string): void {
  if (!existsSync(folder)) throw new SolthriveError('records_none', { folder });
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch (thrown) {
    throw new SolthriveError('records_closed', { folder }, thrown);
  }
}

/** What root writes the service could not change any more: root works as whom the folder belongs to. */
function becomeOwner(folder: string): void {
  const { uid, gid } = statOf(folder);
  const self = process.getuid?.();
  if (self === undefined || self === uid) return;
  if (self !== 0) throw new SolthriveError('records_closed', { folder });
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

function statOf(folder: string): { uid: number; gid: number } {
  try {
    return statSync(folder);
  } catch (thrown) {
    throw new SolthriveError('records_none', { folder }, thrown);
  }
}
