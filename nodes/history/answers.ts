/** What is answered to which question. It runs in the worker, but knows nothing of threads. */
import { dayOf } from '../journal/minutes.ts';
import { withOffset } from '../rollup/calendar.ts';
import { dayYears, quarterMonths } from '../rollup/files/read.ts';
import { isoTime } from '../site/clock.ts';
import { SolthriveError } from '../site/errors.ts';
import { chosenFields, fieldNamed, RESOLUTIONS, type Resolution } from './fields.ts';
import { minuteDays } from './minute-days.ts';
import { MOST_RECORDS, mostRecords } from './params.ts';
import type { Heads, HistoryQuestion, Question } from './question.ts';
import { rowsOf } from './rows.ts';
import type { Source } from './source.ts';
import { summaries } from './summaries.ts';
import { csvText, jsonText } from './text.ts';
import { readView } from './views.ts';

/** What `auto` takes for enough to draw and little enough to send. */
const ENOUGH_RECORDS = 1_500;

export interface WorkerAnswer {
  head: Heads[keyof Heads];
  text?: AsyncIterable<string>;
}

/** @throws SolthriveError what is wrong with the question; the system's error */
export async function answerTo(question: Question, source: Source): Promise<WorkerAnswer> {
  switch (question.kind) {
    case 'history':
      return history(question, source);
    case 'summary':
      return summaries(question, source);
    case 'view':
      return { head: await readView(source, question.query, question.nowMs) };
  }
}

async function history(question: HistoryQuestion, source: Source): Promise<WorkerAnswer> {
  const { fromMs, toMs, nowMs, format } = question;
  const resolution = await resolutionOf(question, source);
  const { zone, config } = source;
  const options = { fields: chosenFields(question.fields, resolution, config), zone };
  const channels = options.fields.some(({ name }) => name === 'channels');
  const rows = rowsOf(resolution, source, { fromMs, toMs, nowMs, channels });
  if (format === 'csv') return { head: { resolution }, text: csvText(rows, options) };
  const [from, to] = [withOffset(fromMs, zone), withOffset(toMs, zone)];
  return {
    head: { resolution },
    text: jsonText({ from, to, resolution, timezone: zone }, rows, options),
  };
}

/** @throws SolthriveError `not_kept`, `too_many_records` */
async function resolutionOf(question: HistoryQuestion, source: Source): Promise<Resolution> {
  const { fromMs, toMs, resolution: asked, fields } = question;
  const kept = await keptIn(question, source);
  if (asked !== 'auto') {
    if (kept.length === 0 || kept.includes(asked)) return asked;
    throw new SolthriveError('not_kept', {
      param: 'resolution',
      resolution: asked,
      from: withOffset(fromMs, source.zone),
      to: withOffset(toMs, source.zone),
      kept: kept.join(', '),
    });
  }
  const able = RESOLUTIONS.filter((one) =>
    (fields ?? []).every((name) => fieldNamed(name)?.at.includes(one)),
  );
  const held = able.filter((one) => kept.includes(one));
  const choice = held.length > 0 ? held : able;
  const found = choice.find((one) => mostRecords(one, fromMs, toMs) <= ENOUGH_RECORDS);
  const coarsest = found ?? choice.at(-1) ?? '1mo';
  const count = mostRecords(coarsest, fromMs, toMs);
  if (count <= MOST_RECORDS) return coarsest;
  throw new SolthriveError('too_many_records', {
    param: 'fields',
    from: withOffset(fromMs, source.zone),
    to: withOffset(toMs, source.zone),
    count,
    resolution: coarsest,
    limit: MOST_RECORDS,
    coarser: '1mo',
  });
}

/** The resolutions that are kept for some of the stretch: what is finer makes what is coarser. */
async function keptIn({ fromMs, toMs }: HistoryQuestion, source: Source): Promise<Resolution[]> {
  const [first, last] = [dayOf(isoTime(fromMs)), dayOf(isoTime(toMs - 1))];
  const reach = (names: readonly string[]) => {
    const [oldest, newest] = [names[0] ?? '~', names.at(-1) ?? ''];
    return oldest <= last.slice(0, oldest.length) && newest >= first.slice(0, newest.length);
  };
  if (reach(minuteDays(source.records))) return [...RESOLUTIONS];
  if (reach(await quarterMonths(source.records))) return ['15m', '1h', '1d', '1mo'];
  if (reach(await dayYears(source.records))) return ['1d', '1mo'];
  return (await source.hasMonthIn({ fromMs, toMs })) ? ['1mo'] : [];
}
