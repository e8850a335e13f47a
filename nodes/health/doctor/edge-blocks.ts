/**
 * Means of the site's powers over a few seconds: long enough to quieten a flickering gain, short
 * enough for a cloud's edge to lie between two of them. Refuses to know what an edge is.
 */
import type { ChannelSecond, SiteSecond } from './second.ts';

const BLOCK_MS = 5_000;
/** Where meters are read slowly, a block waits for this many new values of solar and of mains. */
const FRESH = 3;
const LONGEST_MS = 60_000;
/** Seconds further apart belong to no common block, ms. */
const GAP_MS = 10_000;

/** Means, W. */
export interface Block {
  solarW: number;
  /** Variance of the mean of solar, W2. */
  errorW2: number;
  mainsW: number;
  homeW: number;
  batteryW: number;
  /** Of all loads and chargers with a meter of their own. */
  loadsW: number;
  /** Of each input of the grid channels; of the channel where it tells of no phases. */
  wiresW: number[];
}

export class BlockMaker {
  /** The inputs that `wiresW` stands for: `<meter>/<channel> <phase>`, or the channel alone. */
  wireIds: string[] = [];
  readonly #sums = { solar: 0, solar2: 0, mains: 0, home: 0, battery: 0, loads: 0 };
  #wireSums: number[] = [];
  readonly #solarAge = new Freshness();
  readonly #gridAge = new Freshness();
  #count = 0;
  #startMs = 0;
  #lastMs = Number.NaN;

  /** A block when one is full, `broken` where the chain of them ends, null in between. */
  take(second: SiteSecond): Block | 'broken' | null {
    const gapMs = second.monoMs - this.#lastMs;
    this.#lastMs = second.monoMs;
    if (!(gapMs > 0 && gapMs <= GAP_MS) || !this.#add(second, gapMs)) {
      this.restart();
      return 'broken';
    }
    if (this.#count === 1) this.#startMs = second.monoMs;
    const lengthMs = second.monoMs - this.#startMs;
    if (lengthMs + 500 < BLOCK_MS - gapMs) return null;
    const isFresh = this.#solarAge.count >= FRESH && this.#gridAge.count >= FRESH;
    if (!isFresh && lengthMs < LONGEST_MS) return null;
    const block = isFresh ? this.#block() : 'broken';
    this.restart();
    return block;
  }

  restart(): void {
    const sums = this.#sums;
    sums.solar = sums.solar2 = sums.mains = sums.home = sums.battery = sums.loads = 0;
    this.#wireSums.fill(0);
    this.#count = 0;
    this.#solarAge.restart();
    this.#gridAge.restart();
  }

  /** False where a term is not known. */
  #add({ channels, solarRawW, mainsW, homeRawW, batteryW }: SiteSecond, gapMs: number): boolean {
    if (solarRawW === null || mainsW === null || homeRawW === null || batteryW === null) {
      return false;
    }
    const sums = this.#sums;
    sums.solar += solarRawW;
    sums.solar2 += solarRawW * solarRawW;
    sums.mains += mainsW;
    sums.home += homeRawW;
    sums.battery += batteryW;
    let wire = 0;
    for (const channel of channels) {
      const { role, powerW } = channel;
      if (role === 'grid') wire = this.#addWires(channel, wire);
      else if (role === 'solar') this.#solarAge.note(channel.ageMs, gapMs);
      else if (role !== 'battery') sums.loads += powerW ?? 0;
      if (role === 'grid') this.#gridAge.note(channel.ageMs, gapMs);
    }
    this.#count += 1;
    if (wire === this.wireIds.length) return true;
    this.wireIds = wireIdsOf(channels);
    this.#wireSums = this.wireIds.map(() => 0);
    return false;
  }

  #addWires({ powerW, phases }: ChannelSecond, from: number): number {
    if (phases.length === 0) {
      this.#wireSums[from] = (this.#wireSums[from] ?? 0) + (powerW ?? 0);
      return from + 1;
    }
    let wire = from;
    for (const { power_w: watts } of phases) {
      this.#wireSums[wire] = (this.#wireSums[wire] ?? 0) + (watts ?? 0);
      wire += 1;
    }
    return wire;
  }

  #block(): Block {
    const { solar, solar2, mains, home, battery, loads } = this.#sums;
    const count = this.#count;
    const solarW = solar / count;
    const variance = Math.max(0, solar2 / count - solarW * solarW);
    return {
      solarW,
      errorW2: variance / Math.max(1, count - 1),
      mainsW: mains / count,
      homeW: home / count,
      batteryW: battery / count,
      loadsW: loads / count,
      wiresW: this.#wireSums.map((sum) => sum / count),
    };
  }
}

function wireIdsOf(channels: readonly ChannelSecond[]): string[] {
  return channels
    .filter(({ role }) => role === 'grid')
    .flatMap(({ id, phases }) =>
      phases.length === 0 ? [id] : phases.map(({ phase }) => wireId(id, phase)),
    );
}

export function wireId(channel: string, phase: string): string {
  return `${channel} ${phase}`;
}

/** Counts new values by their age: one that has been polled since is younger than it would be. */
class Freshness {
  count = 0;
  #ageMs: number | null = null;

  note(ageMs: number | null, passedMs: number): void {
    const isOld = this.#ageMs !== null && ageMs !== null && ageMs >= this.#ageMs + passedMs / 2;
    this.#ageMs = ageMs;
    if (!isOld) this.count += 1;
  }

  restart(): void {
    this.count = 0;
  }
}
