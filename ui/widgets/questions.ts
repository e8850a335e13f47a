/**
 * Decides which questions of a page reach the history: anybody in the home network can send what
 * they like to a widget, as often as they like.
 */
import { SPANS, type ViewQuery } from '../../nodes/history/view.ts';

/** Topic `history/query`, with the page that wants the answer. */
export interface Question {
  topic: 'history/query';
  payload: ViewQuery;
  socketid: string;
}

/** A household that pages through its years asks a few a second; a hundred phones a minute apart too. */
const BURST = 20;
const PER_SECOND = 4;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The question in what a page sent, with nothing else of it; null where there is none. */
export function questionIn(sent: unknown, socketid: unknown): Question | null {
  if (typeof socketid !== 'string' || socketid === '') return null;
  const { span: wanted, date } = (sent ?? {}) as Record<string, unknown>;
  const span = SPANS.find((known) => known === wanted);
  if (!span) return null;
  if (date === undefined) return { topic: 'history/query', payload: { span }, socketid };
  if (typeof date !== 'string' || !DATE.test(date)) return null;
  return { topic: 'history/query', payload: { span, date }, socketid };
}

/** Lets through what a household can ask, and no more; whoever is left out asks again later. */
export class Turnstile {
  #left = BURST;
  #sinceMs = Number.NEGATIVE_INFINITY;

  /** @param monoMs  never goes back */
  admits(monoMs: number): boolean {
    const earned = ((monoMs - this.#sinceMs) / 1_000) * PER_SECOND;
    this.#left = Math.min(BURST, this.#left + earned);
    this.#sinceMs = monoMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
