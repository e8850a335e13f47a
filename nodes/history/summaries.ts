/** Day summaries as `/api/daily_summary` tells them, and the tag by which a client knows them again. */
import { createHash } from 'node:crypto';
import type { DayRecord } from '../rollup/records.ts';
import { summaryOfDay } from '../rollup/summary.ts';
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
  const last = closed.at(-1)?.date ?? '';
  const to = 'date' in dates ? dates.date : dates.to;
  // Only the days that are not on disk have to be worked out.
  const days = to <= last ? closed : await source.days(nowMs);
  const told = 'date' in dates ? oneDay(days, dates.date, nowMs) : list(days, dates, nowMs);
  const text = `${JSON.stringify(told)}\n`;
  return { head: { etag: to <= last ? tagOf(text) : null }, text: once(text) };
}

function oneDay(days: readonly DayRecord[], date: string, nowMs: number): object {
  const day = days.find((known) => known.date === date);
  if (day) return summaryOfDay(day, { nowMs });
  const [first, last] = [days[0]?.date ?? '-', days.at(-1)?.date ?? '-'];
  throw new SolthriveError('no_record', { param: 'date', date, first, last });
}

function list(
  days: readonly DayRecord[],
  { from, to }: { from: string; to: string },
  nowMs: number,
) {
  const wanted = days.filter(({ date }) => date >= from && date <= to);
  return { days: wanted.map((day) => summaryOfDay(day, { nowMs })) };
}

/** Strong: the same tag, the same bytes. */
function tagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
