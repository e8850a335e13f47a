/** The day rows of all years, and the month rows, as one list each. */

import type { DayRecord, MonthRecord } from '../records.ts';
import { asDay, asMonth, dayFile, dayFolder, monthFile } from './files.ts';
import { LineFile, type RecordDisk } from './store.ts';

/** A day row with its bounds. */
export interface Row {
  record: DayRecord;
  startMs: number;
  endMs: number;
}

export class DayFiles {
  readonly #disk: RecordDisk;
  readonly #records: string;

  constructor(disk: RecordDisk, records: string) {
    this.#disk = disk;
    this.#records = records;
  }

  /**
   * In order of time.
   * @throws the system's error
   */
  async read(): Promise<Row[]> {
    const rows: Row[] = [];
    for (const year of await this.#years()) {
      const { known } = await this.#file(year).read();
      for (const { record } of known.values()) {
        rows.push({ record, startMs: Date.parse(record.start), endMs: Date.parse(record.end) });
      }
    }
    return rows.sort((a, b) => a.startMs - b.startMs);
  }

  /**
   * @param before  what `read` gave
   * @returns the rows that are new or not what they were
   * @throws the system's error
   */
  async write(days: readonly DayRecord[], before: readonly Row[]): Promise<DayRecord[]> {
    const texts = new Map(before.map(({ record }) => [record.date, JSON.stringify(record)]));
    const byYear = Map.groupBy(days, ({ date }) => date.slice(0, 4));
    for (const year of new Set([...(await this.#years()), ...byYear.keys()])) {
      const lines = byYear.get(year)?.map((day) => JSON.stringify(day)) ?? [];
      await this.#file(year).write(lines);
    }
    return days.filter((day) => texts.get(day.date) !== JSON.stringify(day));
  }

  async #years(): Promise<string[]> {
    const names = await this.#disk.list(dayFolder(this.#records));
    return names.flatMap((name) => /^(\d{4})\.jsonl$/.exec(name)?.[1] ?? []).sort();
  }

  #file(year: string): LineFile<DayRecord> {
    const key = ({ date }: DayRecord) => date;
    return new LineFile(this.#disk, dayFile(this.#records, year), { parse: asDay, key });
  }
}

export function monthLines(disk: RecordDisk, records: string): LineFile<MonthRecord> {
  const key = ({ month }: MonthRecord) => month;
  return new LineFile(disk, monthFile(records), { parse: asMonth, key });
}
