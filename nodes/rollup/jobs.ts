/**
 * What can be done to the records as a whole, by name. A job runs in the rollup's worker while the
 * service runs, else in the command line's own process under the data lock: the same code. It is
 * loaded when it is asked for: the worker lives for months, and most of them never see a job.
 */
import type { Clock } from '../site/clock.ts';
import type { SiteConfig } from '../site/schema.ts';
import type { RecordFolders } from './files/files.ts';
import type { JobName } from './job-names.ts';

export interface JobContext extends RecordFolders {
  config: SiteConfig;
  clock: Clock;
  /** Whether the clock can be believed; left out where nobody knows. */
  trusted?: boolean;
  /** So many steps of so many are done. */
  progress(done: number, of: number): void;
}

/**
 * @param params  as they came over the control socket or the command line; parsed by the job
 * @returns what is told to whoever asked; can be sent as JSON
 * @throws SolthriveError where it cannot be done
 */
export type Job = (context: JobContext, params: unknown) => Promise<unknown>;

export const JOBS: Readonly<Record<string, Job>> = {
  import: async (context, params) =>
    (await import('./archive/import-job.ts')).importArchive(context, params),
  rebuild: async (context, params) =>
    (await import('./reconcile/rebuild-job.ts')).rebuild(context, params),
  recompute: async (context, params) =>
    (await import('./correct/recompute-job.ts')).recompute(context, params),
  verify: async (context, params) =>
    (await import('./verify/verify-job.ts')).verify(context, params),
} satisfies Record<JobName, Job>;
