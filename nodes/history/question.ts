/** What may be asked of the records, and the few messages in which question and answer travel to the worker and back. */
import type { SiteConfig } from '../site/schema.ts';
import type { WordParams } from '../site/words.ts';
import type { Resolution } from './fields.ts';
import type { HistoryView, ViewQuery } from './view.ts';

/** Records of a stretch of time, as text. */
export interface HistoryQuestion {
  kind: 'history';
  /** Those that begin in here; half-open, ms. */
  fromMs: number;
  toMs: number;
  resolution: Resolution | 'auto';
  /** Null for the usual ones. */
  fields: string[] | null;
  format: 'json' | 'csv';
  nowMs: number;
}

/** Day summaries, as text: of one date, or from the first to the last, inclusive. */
export interface SummaryQuestion {
  kind: 'summary';
  dates: { date: string } | { from: string; to: string };
  nowMs: number;
}

/** Bars and sums for a page. */
export interface ViewQuestion {
  kind: 'view';
  query: ViewQuery;
  nowMs: number;
}

export type Question = HistoryQuestion | SummaryQuestion | ViewQuestion;

/** What is known before the first text of an answer. */
export interface HistoryHead {
  resolution: Resolution;
}

export interface SummaryHead {
  /** Of the text as a whole; null where it may change by itself, because a day is still going on. */
  etag: string | null;
}

/** By kind of question; a view has no text after it. */
export interface Heads {
  history: HistoryHead;
  summary: SummaryHead;
  view: HistoryView;
}

/** What the worker is born with. */
export interface ReaderSite {
  /** The folder of the records. */
  records: string;
  /** The folder that holds `configs/`. */
  data: string;
  config: SiteConfig;
  /** Short hash of the configuration. */
  hash: string;
}

/**
 * Two pieces of memory that both threads see, in turn filled by the one and read by the other. Sent
 * text would be memory that the main thread has to collect: each 50 MB of it held up the beat of the
 * home for tens of milliseconds.
 */
export type Slabs = readonly [SharedArrayBuffer, SharedArrayBuffer];

/** To the worker. Text is made only when asked for: that is all the back-pressure there is. */
export type ToWorker =
  | { id: number; ask: Question; slabs: Slabs }
  /** To be written into that slab. */
  | { id: number; more: 0 | 1 }
  | { id: number; cancel: true };

/**
 * From the worker: a head with the length of the first text, in the first slab, so that what goes
 * wrong at once is told as an error; then the length of each text. After 0 there is no more.
 */
export type FromWorker =
  | { id: number; head: Heads[keyof Heads]; length: number }
  | { id: number; length: number }
  | { id: number; failed: Failure };

export interface Failure {
  code: string;
  params: WordParams;
}
