/**
 * Packs the files that are over, and removes those that are older than the configuration keeps: by a
 * clock that is believed and by as many newer records, and only once everything made of them is found
 * unchanged on the disk. A clock that jumps ahead therefore removes nothing.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MinuteRecord } from '../../journal/minute.ts';
import { minuteFolder, type Stretch } from '../../journal/minutes.ts';
import type { Clock } from '../../site/clock.ts';
import type { SiteConfig } from '../../site/schema.ts';
import { monthBounds, monthOf } from '../calendar.ts';
import { DayFiles, monthLines, type Row } from '../files/day-files.ts';
import type { RecordFolders } from '../files/files.ts';
import { DAY_MS, minuteDays, minuteFile, stretchOfDay } from '../files/minute-days.ts';
import { quarterMonthsIn } from '../files/quarter-source.ts';
import { type RecordDisk, recordDisk } from '../files/store.ts';
import { ALWAYS } from '../sums/share.ts';
import { isKnown } from './gives-way.ts';
import { reconcile } from './reconcile.ts';
import { quarterLines } from './reconcile-quarters.ts';

/** So long nobody must have written to a file before it is packed: the journal may still hold it. */
const QUIET_MS = 3_600_000;
const DAYS_PER_MONTH = 28;

export interface RetentionTask extends RecordFolders {
  config: Pick<SiteConfig, 'site' | 'tariffs' | 'retention'>;
  clock: Pick<Clock, 'now'>;
  disk?: RecordDisk;
}

/**
 * To be called only while the clock is believed.
 * @returns what was removed: UTC days of minutes, UTC months of quarter hours, dates, months
 * @throws the system's error
 */
export async function maintain(task: RetentionTask): Promise<string[]> {
  const keeper = new Keeper(task);
  await keeper.pack();
  const plan = await keeper.plan();
  const going = plan.filter(({ names }) => names.length > 0);
  if (going.length === 0) return [];
  // Each night a day of minutes goes: to go through all that is left for it would take seconds.
  const stretch = around(going.flatMap(({ feeds = [ALWAYS] }) => feeds));
  // Whatever is not on the disk as it should be is put right first, and read back the next time.
  const { quarters, changed, changedMonths } = await reconcile({ ...task, trusted: true, stretch });
  if (quarters.length + changed.length + changedMonths.length > 0) return [];
  for (const { remove } of plan) await remove();
  return plan.flatMap(({ names }) => names);
}

interface Removal {
  names: string[];
  /** Where that lies which is made of it; left out, it may be anywhere. */
  feeds?: Stretch[];
  remove: () => Promise<void>;
}

class Keeper {
  readonly #task: RetentionTask;
  readonly #disk: RecordDisk;
  readonly #records: string;
  readonly #nowMs: number;

  constructor(task: RetentionTask) {
    this.#task = task;
    this.#disk = task.disk ?? recordDisk;
    this.#records = task.records;
    this.#nowMs = task.clock.now();
  }

  async pack(): Promise<void> {
    for (const day of await minuteDays(this.#records, this.#disk)) {
      const isOver = this.#nowMs - stretchOfDay(day).toMs >= DAY_MS;
      if (isOver && (await this.#isQuiet(day))) {
        await minuteFile(this.#disk, this.#records, day).close();
      }
    }
    for (const month of await quarterMonthsIn(this.#disk, this.#records)) {
      const isOver = this.#nowMs - monthBounds(month, 'UTC').endMs >= DAY_MS;
      if (isOver) await quarterLines(this.#disk, this.#records, month).close();
    }
  }

  /** What may go; each level only once the finer one it could be made of again is gone. */
  async plan(): Promise<Removal[]> {
    const rows = await new DayFiles(this.#disk, this.#records).read();
    return [
      await this.#minutes(),
      await this.#quarters(rows),
      await this.#days(rows),
      await this.#months(rows),
    ];
  }

  async #minutes(): Promise<Removal> {
    const { minute_days } = this.#task.config.retention;
    const days = await minuteDays(this.#records, this.#disk);
    const old = days.filter((day, newer) => {
      return newer >= minute_days && this.#isOlder(stretchOfDay(day).toMs, minute_days);
    });
    const files = old.map((day) => ({ day, file: minuteFile(this.#disk, this.#records, day) }));
    const names: string[] = [];
    const feeds: Stretch[] = [];
    for (const { day, file } of files) {
      const { known, broken } = await file.read();
      if (broken) continue;
      names.push(day);
      feeds.push(
        stretchOfDay(day),
        ...[...known.values()].flatMap(({ record }) => recoveredIn(record)),
      );
    }
    return {
      names,
      feeds,
      remove: async () => {
        for (const { day, file } of files) if (names.includes(day)) await file.remove();
      },
    };
  }

  /** Of the last month that goes, what belongs to a day that ends after it stays as long as that day. */
  async #quarters(rows: readonly Row[]): Promise<Removal> {
    const { quarter_days } = this.#task.config.retention;
    const minutes = await minuteDays(this.#records, this.#disk);
    const names: string[] = [];
    let cutMs = Number.NEGATIVE_INFINITY;
    for (const month of await quarterMonthsIn(this.#disk, this.#records)) {
      const { endMs } = monthBounds(month, 'UTC');
      const newer = rows.filter(({ startMs, record }) => startMs >= endMs && isKnown(record));
      const isFinal = !minutes.some((day) => day.startsWith(month));
      if (!isFinal || newer.length < quarter_days || !this.#isOlder(endMs, quarter_days)) break;
      const across = rows.find((row) => row.startMs < endMs && row.endMs > endMs);
      cutMs = across?.startMs ?? endMs;
      if (await this.#hasQuartersBefore(month, cutMs)) names.push(month);
    }
    return {
      names,
      remove: async () => {
        for (const month of names) {
          const file = quarterLines(this.#disk, this.#records, month);
          const { known } = await file.read();
          const left = [...known.values()].filter(({ record }) => Date.parse(record.ts) >= cutMs);
          if (left.length === 0) await file.remove();
          else await file.write(left.map(({ text }) => text));
        }
      },
    };
  }

  async #hasQuartersBefore(month: string, ms: number): Promise<boolean> {
    const { known } = await quarterLines(this.#disk, this.#records, month).read();
    return [...known.values()].some(({ record }) => Date.parse(record.ts) < ms);
  }

  /** Whole months of days, whose month is on the disk. One more stays: the next bill goes on from it. */
  async #days(rows: readonly Row[]): Promise<Removal> {
    const { day_days } = this.#task.config.retention;
    const finestMs = await this.#oldestQuarter();
    const kept = (await monthLines(this.#disk, this.#records).read()).known;
    const names: string[] = [];
    for (const [month, own] of Map.groupBy(rows, ({ record }) => monthOf(record.date))) {
      const endMs = own.at(-1)?.endMs ?? 0;
      const newer = rows.filter(({ startMs, record }) => startMs >= endMs && isKnown(record));
      const stays = rows.some((row) => row.startMs >= endMs && row.endMs <= finestMs);
      const isFinal = stays && kept.has(month);
      if (!isFinal || newer.length < day_days || !this.#isOlder(endMs, day_days)) break;
      names.push(...own.map(({ record }) => record.date));
    }
    const gone = new Set(names);
    return {
      names,
      remove: async () => {
        const left = rows.map(({ record }) => record).filter(({ date }) => !gone.has(date));
        await new DayFiles(this.#disk, this.#records).write(left, rows);
      },
    };
  }

  async #months(rows: readonly Row[]): Promise<Removal> {
    const { month_days } = this.#task.config.retention;
    const file = monthLines(this.#disk, this.#records);
    if (month_days === null) return { names: [], remove: async () => undefined };
    const months = [...(await file.read()).known.values()];
    const firstDay = rows[0]?.record.date ?? '9999-12-31';
    const old = months.filter(({ record }, index) => {
      const newer = (months.length - 1 - index) * DAYS_PER_MONTH;
      const isFinal = record.month < monthOf(firstDay);
      return isFinal && newer >= month_days && this.#isOlder(Date.parse(record.end), month_days);
    });
    const left = months.filter((month) => !old.includes(month));
    return {
      names: old.map(({ record }) => record.month),
      remove: async () => void (await file.write(left.map(({ text }) => text))),
    };
  }

  async #oldestQuarter(): Promise<number> {
    for (const month of await quarterMonthsIn(this.#disk, this.#records)) {
      const { known } = await quarterLines(this.#disk, this.#records, month).read();
      const [first] = known.values();
      if (first) return Date.parse(first.record.ts);
    }
    return Number.POSITIVE_INFINITY;
  }

  #isOlder(endMs: number, days: number): boolean {
    return this.#nowMs - endMs > days * DAY_MS;
  }

  async #isQuiet(day: string): Promise<boolean> {
    const file = join(minuteFolder(this.#records), `${day}.jsonl`);
    const found = await stat(file).catch(() => null);
    return found === null || Math.abs(this.#nowMs - found.mtimeMs) >= QUIET_MS;
  }
}

/** The time of which a minute tells what passed while nobody looked. */
function recoveredIn({ recovered }: MinuteRecord): Stretch[] {
  return recovered ? [{ fromMs: Date.parse(recovered.from), toMs: Date.parse(recovered.to) }] : [];
}

function around(stretches: readonly Stretch[]): Stretch {
  return {
    fromMs: Math.min(...stretches.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...stretches.map(({ toMs }) => toMs)),
  };
}
