/** A records folder as the journal fills it, and what the rollup makes of it, as text. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import type { DayRecord, MonthRecord, QuarterRecord } from '../../../nodes/rollup/records.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function emptyRecords(): string {
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-rollup-'));
  folders.push(folder);
  return folder;
}

/** A new folder with the same minutes, corrections and prices, and nothing made of them. */
export function onlyFinest(records: string, ...more: string[]): string {
  const folder = emptyRecords();
  for (const name of ['minute', 'corrections.json', 'price-book.json', 'configs', ...more]) {
    if (existsSync(join(records, name))) {
      cpSync(join(records, name), join(folder, name), { recursive: true });
    }
  }
  return folder;
}

/** As the journal does, whatever their order. */
export function writeMinutes(records: string, minutes: Iterable<MinuteRecord>): void {
  mkdirSync(join(records, 'minute'), { recursive: true });
  const days = Map.groupBy(minutes, ({ ts }) => ts.slice(0, 10));
  for (const [day, own] of days) {
    const lines = own.map((minute) => `${JSON.stringify(minute)}\n`).join('');
    appendFileSync(join(records, 'minute', `${day}.jsonl`), lines);
  }
}

/** What each file above the minute says, unpacked, by its name without `.gz`. */
export function madeOf(records: string): Record<string, string> {
  const found: Record<string, string> = {};
  const names = readdirSync(records, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names.filter((one) => /^(quarter|day|month)\b.*\.jsonl(\.gz)?$/.test(one))) {
    const bytes = readFileSync(join(records, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    const plain = name.replace(/\.gz$/, '');
    found[plain] = (found[plain] ?? '') + text;
  }
  return found;
}

function recordsIn<T>(records: string, kind: 'quarter' | 'day' | 'month'): T[] {
  return Object.entries(madeOf(records))
    .filter(([name]) => name.startsWith(kind))
    .flatMap(([, text]) => text.split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as T);
}

export const quartersIn = (records: string) => recordsIn<QuarterRecord>(records, 'quarter');
export const daysIn = (records: string) => recordsIn<DayRecord>(records, 'day');
export const monthsIn = (records: string) => recordsIn<MonthRecord>(records, 'month');

/** A site in a zone, by default without a tariff. */
export function zoneSite(timezone: string, more: Record<string, unknown> = {}) {
  return siteConfigSchema.parse({ site: { timezone }, ...more });
}

/** A clock that shows what it is told. */
export function clockAt(iso: string): { now(): number; ms: number } {
  const clock = { ms: Date.parse(iso), now: () => clock.ms };
  return clock;
}

/** The sum of an energy, in whole 1e-7 kWh, and of the blocks with it. */
export function wholeSum(
  list: readonly { energy: { import_kwh: number | null }; recovered?: unknown }[],
  key: 'import_kwh' | 'solar_kwh' = 'import_kwh',
): number {
  return list.reduce((sum, { energy, recovered }) => {
    const own = (energy as Record<string, number | null>)[key] ?? 0;
    const block =
      (recovered as { energy?: Record<string, number> } | undefined)?.energy?.[key] ?? 0;
    return sum + Math.round(own * 1e7) + Math.round(block * 1e7);
  }, 0);
}
