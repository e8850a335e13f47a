/** The quarter hours on disk as days are made of them: strictly read, a month at a time. */
import { isoTime } from '../../site/clock.ts';
import type { PastView } from '../correct/past-view.ts';
import { measuredSeconds } from '../reconcile/gives-way.ts';
import { quarterLines } from '../reconcile/reconcile-quarters.ts';
import type { QuarterRecord } from '../records.ts';
import { mergeQuarters } from '../sums/quarter.ts';
import { QUARTER_MS, quarterFolder } from './files.ts';
import type { RecordDisk } from './store.ts';

/** A day lies in two UTC months at most. */
const MONTHS_KEPT = 2;

export class QuarterSource {
  readonly #records: string;
  readonly #disk: RecordDisk;
  readonly #view: PastView;
  readonly #months = new Map<string, QuarterRecord[]>();
  /** Months that have been read, and may have said more. */
  readonly #damaged = new Set<string>();

  constructor(records: string, disk: RecordDisk, view: PastView) {
    this.#records = records;
    this.#disk = disk;
    this.#view = view;
  }

  /**
   * The starts of all quarter hours of which something is known from a UTC month on, ms, with the
   * seconds that were measured in them, in no order.
   * @throws the system's error
   */
  async seconds(fromMonth = ''): Promise<Map<number, number>> {
    const seconds = new Map<number, number>();
    for (const month of await quarterMonthsIn(this.#disk, this.#records)) {
      if (month < fromMonth) continue;
      for (const line of await this.#month(month)) {
        const ms = Date.parse(line.ts);
        const own = line.as === undefined ? measuredSeconds(line) : 0;
        seconds.set(ms, (seconds.get(ms) ?? 0) + own);
      }
    }
    return seconds;
  }

  /**
   * Those that begin in a stretch, one each, in order, as they are to be seen.
   * @throws the system's error
   */
  async between(fromMs: number, toMs: number): Promise<QuarterRecord[]> {
    const [first, last] = [isoTime(fromMs), isoTime(toMs)];
    const found: QuarterRecord[] = [];
    for (const month of monthsOf(fromMs, toMs)) {
      found.push(...(await this.#month(month)).filter(({ ts }) => ts >= first && ts < last));
    }
    return mergeQuarters(this.#view.quarters(found));
  }

  /** Whether some of a stretch that was read cannot be. */
  isDamaged(fromMs: number, toMs: number): boolean {
    return monthsOf(fromMs, toMs).some((month) => this.#damaged.has(month));
  }

  async #month(month: string): Promise<QuarterRecord[]> {
    const kept = this.#months.get(month);
    if (kept) return kept;
    const { known, bad } = await quarterLines(this.#disk, this.#records, month).read();
    if (bad > 0) this.#damaged.add(month);
    const lines = [...known.values()].map(({ record }) => record);
    const [oldest] = this.#months.keys();
    if (oldest !== undefined && this.#months.size >= MONTHS_KEPT) this.#months.delete(oldest);
    this.#months.set(month, lines);
    return lines;
  }
}

/** The UTC months of a day, in order. */
function monthsOf(fromMs: number, toMs: number): string[] {
  return [...new Set([fromMs, toMs - QUARTER_MS].map((ms) => isoTime(ms).slice(0, 7)))];
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
