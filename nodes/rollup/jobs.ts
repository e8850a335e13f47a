/**
 * What can be done to the records as a whole, by name. A job runs in the rollup's worker while the
 * service runs, else in the command line's own process under the data lock: the same code.
 */
import type { Clock } from '../site/clock.ts';
import type { SiteConfig } from '../site/schema.ts';
import { importArchive } from './archive/import-job.ts';
import type { RecordFolders } from './files.ts';
import type { JobName } from './job-names.ts';
import { rebuild } from './rebuild-job.ts';
import { recompute } from './recompute-job.ts';
import { verify } from './verify-job.ts';

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
  import: importArchive,
  rebuild,
  recompute,
  verify,
} satisfies Record<JobName, Job>;
