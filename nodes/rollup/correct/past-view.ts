/** How records of the past are to be seen: as measured, or under a configuration that was corrected. */
import type { MinuteRecord } from '../../journal/minute.ts';
import type { RecordedConfig } from '../../site/hash.ts';
import { readRecordedConfig } from '../../site/last-good.ts';
import type { RecordFolders } from '../files/files.ts';
import type { QuarterRecord } from '../records.ts';
import { correctMinute, correctQuarter } from './correct.ts';
import { type Correction, effectiveConfig, readCorrections } from './corrections.ts';

type ConfigOf = (hash: string) => RecordedConfig | null;

export class PastView {
  readonly #corrections: readonly Correction[];
  readonly #configOf: ConfigOf;

  constructor(corrections: readonly Correction[], configOf: ConfigOf) {
    this.#corrections = corrections;
    this.#configOf = configOf;
  }

  /**
   * Short hash of the configuration under which a record is to be seen; its own where one of the two
   * is not known any more.
   */
  under(tsMs: number, own: string): string {
    const wanted = effectiveConfig(this.#corrections, tsMs, own);
    return wanted === own || this.#pair(own, wanted) !== null ? wanted : own;
  }

  /** A minute as seen under another configuration than its own. */
  minute(minute: MinuteRecord, under: string): MinuteRecord {
    const pair = this.#pair(minute.config, under);
    return pair === null ? minute : correctMinute(minute, pair.was, pair.now);
  }

  /**
   * Of the lines on disk those that count: a line made from corrected minutes stands in for the one
   * as measured; where there is none, the quarter hour is corrected by its sums.
   */
  quarters(lines: readonly QuarterRecord[]): QuarterRecord[] {
    const corrected = new Map(
      lines
        .filter(({ as }) => as !== undefined)
        .map((line) => [`${line.ts} ${line.config} ${line.as}`, line]),
    );
    return lines
      .filter(({ as }) => as === undefined)
      .map((line) => {
        const under = this.under(Date.parse(line.ts), line.config);
        if (under === line.config) return line;
        const pair = this.#pair(line.config, under);
        const standIn = corrected.get(`${line.ts} ${line.config} ${under}`);
        return standIn ?? (pair === null ? line : correctQuarter(line, pair.was, pair.now));
      });
  }

  #pair(own: string, wanted: string): { was: RecordedConfig; now: RecordedConfig } | null {
    const [was, now] = [this.#configOf(own), this.#configOf(wanted)];
    return was === null || now === null ? null : { was, now };
  }
}

/** @throws SolthriveError `corrections_damaged` */
export function readPastView({ records, data }: RecordFolders): PastView {
  const known = new Map<string, RecordedConfig | null>();
  return new PastView(readCorrections(records), (hash) => {
    const config = known.get(hash);
    if (config !== undefined) return config;
    const read = readRecordedConfig(data, hash);
    known.set(hash, read);
    return read;
  });
}
