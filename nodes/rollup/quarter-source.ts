/** The quarter hours on disk as days are made of them: strictly read, a month at a time. */
import { isoTime } from '../site/clock.ts';
import { QUARTER_MS, quarterFolder } from './files.ts';
import type { PastView } from './past-view.ts';
import { mergeQuarters } from './quarter.ts';
import { quarterLines } from './reconcile-quarters.ts';
import type { QuarterRecord } from './records.ts';
import type { RecordDisk } from './store.ts';

/** A day lies in two UTC months at most. */
const MONTHS_KEPT = 2;

export class QuarterSource {
  readonly #records: string;
  readonly #disk: RecordDisk;
  readonly #view: PastView;
  readonly #months = new Map<string, QuarterRecord[]>();

  constructor(records: string, disk: RecordDisk, view: PastView) {
    this.#records = records;
    this.#disk = disk;
    this.#view = view;
  }

  /**
   * The starts of all quarter hours of which something is known from a UTC month on, ms, in order.
   * @throws the system's error
   */
  async starts(fromMonth = ''): Promise<number[]> {
    const starts = new Set<number>();
    for (const month of await quarterMonthsIn(this.#disk, this.#records)) {
      if (month < fromMonth) continue;
      for (const { ts } of await this.#month(month)) starts.add(Date.parse(ts));
    }
    return [...starts].sort((a, b) => a - b);
  }

  /**
   * Those that begin in a stretch, one each, in order, as they are to be seen.
   * @throws the system's error
   */
  async between(fromMs: number, toMs: number): Promise<QuarterRecord[]> {
    const [first, last] = [isoTime(fromMs), isoTime(toMs)];
    const months = new Set([first.slice(0, 7), isoTime(toMs - QUARTER_MS).slice(0, 7)]);
    const found: QuarterRecord[] = [];
    for (const month of [...months].sort()) {
      found.push(...(await this.#month(month)).filter(({ ts }) => ts >= first && ts < last));
    }
    return mergeQuarters(this.#view.quarters(found));
  }

  async #month(month: string): Promise<QuarterRecord[]> {
    const kept = this.#months.get(month);
    if (kept) return kept;
    const { known } = await quarterLines(this.#disk, this.#records, month).read();
    const lines = [...known.values()].map(({ record }) => record);
    const [oldest] = this.#months.keys();
    if (oldest !== undefined && this.#months.size >= MONTHS_KEPT) this.#months.delete(oldest);
    this.#months.set(month, lines);
    return lines;
  }
}

/**
 * The UTC months of which there are quarter hours, in order.
 * @throws the system's error
 */
export async function quarterMonthsIn(disk: RecordDisk, records: string): Promise<string[]> {
  const names = await disk.list(quarterFolder(records));
  const months = names.filter((name) => /^\d{4}-\d\d\.jsonl(\.gz)?$/.test(name));
  return [...new Set(months.map((name) => name.slice(0, 7)))].sort();
}
