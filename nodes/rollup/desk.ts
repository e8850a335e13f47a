/** The messages between the rollup's office in the main thread and the worker that does the work. */
import type { MinuteRecord } from '../journal/minute.ts';
import { asError, ERROR_CODES, SolthriveError } from '../site/errors.ts';
import type { SiteConfig } from '../site/schema.ts';
import type { WordParams } from '../site/words.ts';
import type { RollupStorage } from './live.ts';
import type { News } from './now.ts';

/** What the worker is born with. */
export interface RollupSite {
  records: string;
  data: string;
  /** The run folder: whether the clock can be believed is kept there. */
  run: string;
  config: SiteConfig;
}

export type ToWorker =
  | { do: 'take'; minutes: readonly MinuteRecord[] }
  | { do: 'run'; id: number; job: string; params: unknown }
  | { do: 'close' };

export type FromWorker =
  | { is: 'news'; news: News[] }
  | { is: 'storage'; state: RollupStorage }
  | { is: 'progress'; id: number; done: number; of: number }
  | { is: 'result'; id: number; value: unknown }
  | { is: 'failure'; id: number; failure: Failure };

/** An error on its way between threads, which keep no classes. */
export interface Failure {
  code: string | null;
  params: WordParams;
  message: string;
}

export function failureOf(thrown: unknown): Failure {
  const { message } = asError(thrown);
  if (!(thrown instanceof SolthriveError)) return { code: null, params: {}, message };
  return { code: thrown.code, params: thrown.params, message };
}

export function errorOf({ code, params, message }: Failure): Error {
  const known = ERROR_CODES.find((one) => one === code);
  return known ? new SolthriveError(known, params) : new Error(message);
}
