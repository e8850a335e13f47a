/**
 * Makes 15-minute records of minutes: what was measured adds where it was, what was recovered where
 * it passed. The same minutes give the same bytes, in whatever order they come.
 */
import type { MinuteRecord } from '../../journal/minute.ts';
import type { Stretch } from '../../journal/minutes.ts';
import { isoTime } from '../../site/clock.ts';
import type { Peaks, QuarterRecord, Seconds } from '../records.ts';
import { EventSum } from './events.ts';
import { ChannelSum, EnergySum } from './exact.ts';
import { largerPeaks, peaksOf } from './peaks.ts';
import { PowerSum } from './power-sum.ts';
import { SecondsSum, shortSeconds } from './seconds.ts';
import { ALWAYS, type Share, shareBlock } from './share.ts';

const QUARTER_MS = 15 * 60_000;
const QUARTER_S = QUARTER_MS / 1000;

/** The quarters of the minutes taken so far. */
export class Quarters {
  readonly #within: Stretch;
  #quarters = new Map<string, QuarterSum>();

  /** @param within  only those that begin in here; of what was recovered, only what passed in here */
  constructor(within: Stretch = ALWAYS) {
    this.#within = within;
  }

  /**
   * Adds a minute; each must come once, as `mergeMinutes` makes them.
   * @param as  short hash of the configuration it is seen under, where that is another than its own
   */
  take(minute: MinuteRecord, as?: string): void {
    const { config, recovered, recovered_s: seconds } = minute;
    const within = this.#within;
    const startMs = Math.floor(Date.parse(minute.ts) / QUARTER_MS) * QUARTER_MS;
    if (startMs >= within.fromMs && startMs < within.toMs) {
      this.#quarter(startMs, config, as).addMinute(minute);
    }
    if (!recovered) return;
    for (const share of shareBlock(recovered, QUARTER_MS, { seconds, within })) {
      this.#quarter(share.startMs, config, as).addShare(share, minute);
    }
  }

  /** One a quarter, configuration and view, in that order. */
  records(): QuarterRecord[] {
    const records = [...this.#quarters.values()].map((quarter) => quarter.record());
    return records.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  }

  #quarter(startMs: number, config: string, as: string | undefined): QuarterSum {
    const key = `${startMs} ${config} ${as ?? ''}`;
    const known = this.#quarters.get(key);
    if (known) return known;
    const quarter = new QuarterSum(isoTime(startMs), config, as);
    this.#quarters.set(key, quarter);
    return quarter;
  }
}

function placeOf({ ts, config, as }: QuarterRecord): string {
  return `${ts} ${config} ${as ?? ''}`;
}

/** @param minutes  one record a minute, as `mergeMinutes` makes them */
export function makeQuarters(
  minutes: Iterable<MinuteRecord>,
  within: Stretch = ALWAYS,
): QuarterRecord[] {
  const quarters = new Quarters(within);
  for (const minute of minutes) quarters.take(minute);
  return quarters.records();
}

/**
 * One record a quarter, in order: what several configurations measured of it adds. `config` then
 * names all of them, joined by `+`.
 * @param lines  of those `as` measured and as corrected, the ones that count
 */
export function mergeQuarters(lines: Iterable<QuarterRecord>): QuarterRecord[] {
  const found = new Map<string, QuarterRecord[]>();
  for (const line of lines) {
    const same = found.get(line.ts);
    if (same) same.push(line);
    else found.set(line.ts, [line]);
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([ts, same]) => (same.length === 1 && same[0] ? same[0] : merged(ts, same)));
}

function merged(ts: string, lines: readonly QuarterRecord[]): QuarterRecord {
  const config = lines.map((line) => line.config).sort();
  const sum = new QuarterSum(ts, config.join('+'), lines.find(({ as }) => as)?.as);
  for (const line of lines) sum.addQuarter(line);
  return sum.record();
}

/** A quarter while its parts come in. */
class QuarterSum {
  readonly #ts: string;
  readonly #config: string;
  readonly #as: string | undefined;
  #simulated = false;
  #estimated = false;
  #byCounter = true;
  #events = new EventSum();
  #seconds = new SecondsSum();
  #power = new PowerSum();
  #peaks: Peaks = {};
  #energy = new EnergySum();
  #channels = new ChannelSum();

  constructor(ts: string, config: string, as: string | undefined) {
    this.#ts = ts;
    this.#config = config;
    this.#as = as;
  }

  addMinute(minute: MinuteRecord): void {
    const { covered_s, held_s, estimated_s } = minute;
    // Where a block says what was recovered, its seconds come with its shares.
    const recovered_s = minute.recovered ? 0 : minute.recovered_s;
    this.#add(minute, { covered_s, held_s, estimated_s, recovered_s });
    this.#events.addMinute(minute.ts, minute.events);
    this.#peaks = largerPeaks(this.#peaks, peaksOf(minute));
  }

  addQuarter(quarter: QuarterRecord): void {
    this.#add(quarter, quarter);
    this.#estimated ||= quarter.estimated ?? false;
    this.#events.add(quarter.events);
    this.#peaks = largerPeaks(this.#peaks, quarter.peaks);
  }

  #add(part: MinuteRecord | QuarterRecord, seconds: Seconds): void {
    this.#simulated ||= part.simulated ?? false;
    this.#byCounter &&= part.energy.by === 'counter';
    this.#seconds.add(seconds);
    this.#power.add(part.power, part);
    this.#energy.add(part.energy);
    this.#channels.add(part.channels);
  }

  addShare({ seconds, energy, channels }: Share, { simulated }: MinuteRecord): void {
    this.#simulated ||= simulated ?? false;
    this.#seconds.add({ covered_s: 0, recovered_s: seconds });
    this.#energy.add(energy);
    this.#channels.add(channels);
  }

  /** The keys always come in this order. */
  record(): QuarterRecord {
    return {
      v: 1,
      ts: this.#ts,
      config: this.#config,
      ...(this.#as !== undefined && { as: this.#as }),
      ...fitted(this.#seconds.seconds()),
      ...(this.#simulated && { simulated: true as const }),
      ...(this.#estimated && { estimated: true as const }),
      ...this.#events.told(),
      power: this.#power.stats(),
      peaks: this.#peaks,
      energy: { ...this.#energy.energies(), by: this.#byCounter ? 'counter' : 'integral' },
      channels: this.#channels.channels(),
    };
  }
}

/** A block is shared by time and may lie over minutes that were watched: those are not recovered. */
function fitted({ covered_s, held_s = 0, estimated_s = 0, recovered_s = 0 }: Seconds): Seconds {
  const room = Math.max(0, QUARTER_S - covered_s - held_s - estimated_s);
  return shortSeconds({
    covered_s,
    held_s,
    estimated_s,
    recovered_s: Math.min(recovered_s, room),
  });
}
