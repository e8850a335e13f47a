/** Decides what a page asks about the past next, and whether what comes is the answer to it. */
import type { HistoryView, Span, ViewFailure, ViewQuery } from '../../nodes/history/view.ts';

export function isFailure(answer: HistoryView | ViewFailure): answer is ViewFailure {
  return 'error' in answer;
}

/** Answers may overtake each other; one that was asked for before is not wanted any more. */
export function isAnswerTo({ span, date }: ViewQuery, view: HistoryView): boolean {
  return view.span === span && (date === undefined || (view.from <= date && date <= view.to));
}

/** The same time in another span. Who looks at now goes on looking at now. */
export function withSpan(span: Span, shown: HistoryView | null, asked: ViewQuery): ViewQuery {
  if (shown?.total.partial ?? true) return { span };
  const date = asked.date ?? shown?.from;
  return date === undefined ? { span } : { span, date };
}

/** Only what is still going on changes by itself. */
export function isLive(view: HistoryView | null): boolean {
  return view === null || view.total.partial;
}
