/** Powers of several minutes as one: the mean by the seconds it stands for, the least and the most. */
import type { MinuteRecord, PowerStats } from '../../journal/minute.ts';
import type { Seconds } from '../records.ts';

type Powers = MinuteRecord['power'];
type Key = keyof Powers;

const ALWAYS = ['solar', 'home', 'grid'] as const;
const ALL: readonly Key[] = [...ALWAYS, 'battery', 'ev', 'residual'];
const NOTHING: PowerStats = [0, 0, 0];

/** Sums are of whole tenths of a watt, so that the order in which they come does not matter. */
interface Sum {
  tenthWattSeconds: number;
  seconds: number;
  leastW: number;
  mostW: number;
}

export class PowerSum {
  #sums = new Map<Key, Sum | null>();

  add(powers: Powers, { covered_s, held_s = 0, estimated_s = 0 }: Seconds): void {
    // What has a power was looked at, if only for the part of a second.
    const seconds = Math.max(1, Math.round(covered_s + held_s + estimated_s));
    for (const key of ALL) {
      // Left out while it is 0 all the time.
      const zero = key === 'residual' && powers.home ? NOTHING : undefined;
      const stats = powers[key] ?? zero;
      if (stats) this.#addStats(key, stats, seconds);
      else if (powers[key] === null && !this.#sums.has(key)) this.#sums.set(key, null);
    }
  }

  #addStats(key: Key, [meanW, leastW, mostW]: NonNullable<PowerStats>, seconds: number): void {
    const sum = this.#sums.get(key);
    const weighted = Math.round(meanW * 10) * seconds;
    this.#sums.set(key, {
      tenthWattSeconds: (sum?.tenthWattSeconds ?? 0) + weighted,
      seconds: (sum?.seconds ?? 0) + seconds,
      leastW: Math.min(sum?.leastW ?? leastW, leastW),
      mostW: Math.max(sum?.mostW ?? mostW, mostW),
    });
  }

  /** In whole watts: the energies beside them are exact, and a year has 35,000 quarters. */
  stats(): Powers {
    const powers: Powers = { solar: null, home: null, grid: null };
    for (const key of ALL) {
      const sum = this.#sums.get(key);
      if (sum === undefined) continue;
      const unexplained = key !== 'residual' || sum === null || sum.leastW !== 0 || sum.mostW !== 0;
      if (unexplained) powers[key] = sum && statsOf(sum);
    }
    return powers;
  }
}

function statsOf({ tenthWattSeconds, seconds, leastW, mostW }: Sum): PowerStats {
  const meanW = tenthWattSeconds / seconds / 10;
  return [Math.round(meanW) + 0, Math.round(leastW) + 0, Math.round(mostW) + 0];
}
