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

/** To the worker. Text is sent only when asked for: that is all the back-pressure there is. */
export type ToWorker =
  | { id: number; ask: Question }
  | { id: number; do: 'more' }
  | { id: number; do: 'cancel' };

/**
 * From the worker: a head with the first text, so that what goes wrong at once is told as an error;
 * then for each `more` a text. After null there is no more.
 */
export type FromWorker =
  | { id: number; head: Heads[keyof Heads]; text: Text | null }
  | { id: number; text: Text | null }
  | { id: number; failed: Failure };

type Text = Uint8Array<ArrayBuffer>;

export interface Failure {
  code: string;
  params: WordParams;
}
