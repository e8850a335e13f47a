/** Day summaries as `/api/daily_summary` tells them, and the tag by which a client knows them again. */
import { createHash } from 'node:crypto';
import { summaryOfDay } from '../rollup/sums/summary.ts';
import { SolthriveError } from '../site/errors.ts';
import type { WorkerAnswer } from './answers.ts';
import type { SummaryQuestion } from './question.ts';
import type { Source } from './source.ts';

/** @throws SolthriveError `no_record` for a single date of which there is none */
export async function summaries(
  { dates, nowMs }: SummaryQuestion,
  source: Source,
): Promise<WorkerAnswer> {
  const closed = await source.closedDays();
  const to = 'date' in dates ? dates.date : dates.to;
  const ended = to <= (closed.at(-1)?.date ?? '');
  // Only the days that are not on disk have to be worked out.
  const days = ended ? closed : await source.days(nowMs);
  const from = 'date' in dates ? dates.date : dates.from;
  const wanted = days.filter(({ date }) => date >= from && date <= to);
  const told = wanted.map((day) => summaryOfDay(day, { nowMs }));
  if ('date' in dates && told.length === 0) throw await noRecord(dates.date, nowMs, source);
  const text = `${JSON.stringify('date' in dates ? told[0] : { days: told })}\n`;
  return { head: { etag: ended ? tagOf(text) : null }, text: once(text) };
}

async function noRecord(date: string, nowMs: number, source: Source): Promise<SolthriveError> {
  const days = await source.days(nowMs);
  const [first, last] = [days[0]?.date ?? '-', days.at(-1)?.date ?? '-'];
  return new SolthriveError('no_record', { param: 'date', date, first, last });
}

/** Strong: the same tag, the same bytes. */
function tagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
