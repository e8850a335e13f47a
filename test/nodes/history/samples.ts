import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { answerTo } from '../../../nodes/history/answers.ts';
import type { HistoryQuestion, ReaderSite } from '../../../nodes/history/question.ts';
import { Source } from '../../../nodes/history/source.ts';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import { reconcile } from '../../../nodes/rollup/reconcile/reconcile.ts';
import { sampleSite } from '../../support/samples.ts';
import { minuteAt, recordsFolder } from '../journal/samples.ts';

export const ZONE = 'America/Chicago';

/** A site with these minutes on disk, and nothing made of them yet. */
export function siteWith(
  minutes: readonly MinuteRecord[],
  {
    zone = ZONE,
    closed = [],
    tariffs = [],
  }: { zone?: string; closed?: string[]; tariffs?: object[] } = {},
): ReaderSite {
  const records = recordsFolder();
  mkdirSync(join(records, 'minute'));
  const days = Map.groupBy(minutes, ({ ts }) => ts.slice(0, 10));
  for (const [day, those] of days) {
    const text = those.map((minute) => `${JSON.stringify(minute)}\n`).join('');
    const file = join(records, 'minute', `${day}.jsonl`);
    if (closed.includes(day)) writeFileSync(`${file}.gz`, gzipSync(text));
    else writeFileSync(file, text);
  }
  const { config } = sampleSite({ site: { timezone: zone }, tariffs });
  return { records, data: records, config, hash: 'abc' };
}

/** Makes the coarser records, as the rollup does. */
export async function rollUp(site: ReaderSite, nowMs: number): Promise<void> {
  await reconcile({ ...site, clock: { now: () => nowMs } });
}

/** Minutes one after the other, each with energies of its own, in tenths of a watt-hour. */
export function minutesFrom(startIso: string, tenths: readonly number[]): MinuteRecord[] {
  const startMs = Date.parse(startIso);
  return tenths.map((tenth, index) => minuteOf(startMs + index * 60_000, tenth));
}

export function minuteOf(
  ms: number,
  tenth: number,
  more: Partial<MinuteRecord> = {},
): MinuteRecord {
  const kwh = tenth / 1e4;
  const solar = Math.round(kwh * 3e7) / 1e7;
  const energy = {
    solar_kwh: solar,
    home_kwh: Math.round((solar + kwh) * 1e7) / 1e7,
    import_kwh: kwh,
    export_kwh: 0,
    by: 'counter' as const,
  };
  return minuteAt(new Date(ms).toISOString(), { energy, ...more });
}

export interface Told {
  resolution: string;
  timezone: string;
  from: string;
  to: string;
  records: { ts: string; [field: string]: unknown }[];
}

/** What the worker would answer, as JSON. */
export async function ask(
  site: ReaderSite,
  question: Partial<HistoryQuestion> & { nowMs: number },
): Promise<Told> {
  return JSON.parse(await askText(site, question));
}

export async function askText(
  site: ReaderSite,
  question: Partial<HistoryQuestion> & { nowMs: number },
): Promise<string> {
  const { text } = await answerTo(
    {
      kind: 'history',
      fromMs: question.nowMs - 86_400_000,
      toMs: question.nowMs,
      resolution: 'auto',
      fields: null,
      format: 'json',
      ...question,
    },
    new Source(site),
  );
  return textOf(text);
}

export async function textOf(text: AsyncIterable<string> | undefined): Promise<string> {
  let whole = '';
  for await (const part of text ?? []) whole += part;
  return whole;
}
