/**
 * Powers of a minute or quarter under another configuration. Where the least and the most can no
 * longer be told, the mean stands in for them: nothing is known beyond it.
 */
import type { MinuteRecord, PowerStats } from '../../journal/minute.ts';
import { roundedW } from '../../journal/tally.ts';
import type { Peaks } from '../records.ts';
import { type Quantity, type Rewiring, type Turn, UNTURNED } from './rewiring.ts';

type Powers = MinuteRecord['power'];

export interface PowerStretch {
  power: Powers;
  /** Mean power of each channel as measured, W. */
  meansW: Record<string, number | null>;
  rewiring: Rewiring;
}

export function correctPowers(stretch: PowerStretch): Powers {
  const { power, rewiring } = stretch;
  const grid = statsOf('grid', stretch);
  const solar = statsOf('solar', stretch);
  const battery = statsOf('battery', stretch);
  const turn = homeTurn(rewiring);
  const rawW = rawHomeW({ grid, solar, battery }, rewiring);
  const residualW = Math.min(0, rawW ?? 0);
  const residual = turn ? scaled(power.residual ?? null, turn.factor) : flat(residualW || null);
  return {
    solar,
    home: turn ? scaled(power.home, turn.factor) : flat(rawW === null ? null : Math.max(0, rawW)),
    grid,
    ...(rewiring.parts.battery.length > 0 && { battery }),
    ...(rewiring.parts.ev.length > 0 && { ev: statsOf('ev', stretch) }),
    ...(residual && { residual }),
  };
}

/** How the power of the home as a whole turns; null where it has to be made anew. */
function homeTurn({ whole: { grid, solar, battery } }: Rewiring): Turn | null {
  if (!grid || !solar || !battery || grid.swapped || solar.swapped || battery.swapped) return null;
  return grid.factor === solar.factor && solar.factor === battery.factor ? grid : null;
}

const SIGNED: readonly Quantity[] = ['grid', 'battery'];

/** Solar is kept without the inverter's own draw, so that turned round it says nothing any more. */
function statsOf(quantity: Quantity, { power, meansW, rewiring }: PowerStretch): PowerStats {
  const turn = rewiring.whole[quantity];
  const recorded = power[quantity] ?? null;
  if (turn && !turn.swapped) return scaled(recorded, turn.factor);
  if (turn && SIGNED.includes(quantity)) return negated(scaled(recorded, turn.factor));
  let sumW: number | null = null;
  for (const { id, sign } of rewiring.parts[quantity]) {
    const meanW = meansW[id] ?? null;
    if (meanW === null) return null;
    const { factor, swapped } = rewiring.turns.get(id) ?? UNTURNED;
    sumW = (sumW ?? 0) + sign * (swapped ? -factor : factor) * meanW;
  }
  return flat(sumW !== null && quantity === 'solar' ? Math.max(0, sumW) : sumW);
}

interface Sources {
  grid: PowerStats;
  solar: PowerStats;
  battery: PowerStats;
}

function rawHomeW({ grid, solar, battery }: Sources, { parts }: Rewiring): number | null {
  if (!grid || (parts.solar.length > 0 && !solar) || (parts.battery.length > 0 && !battery))
    return null;
  return grid[0] + (solar?.[0] ?? 0) + (battery?.[0] ?? 0);
}

function scaled(stats: PowerStats, factor: number): PowerStats {
  if (!stats || factor === 1) return stats;
  const [mean, least, most] = stats;
  return [roundedW(mean * factor), roundedW(least * factor), roundedW(most * factor)];
}

function negated(stats: PowerStats): PowerStats {
  return stats && [0 - stats[0], 0 - stats[2], 0 - stats[1]];
}

function flat(meanW: number | null): PowerStats {
  if (meanW === null) return null;
  const watts = roundedW(meanW);
  return [watts, watts, watts];
}

/**
 * Peaks are single minutes, of which a quarter kept only the largest: they can be scaled and change
 * direction with their channel; a peak of anything else is not known any more and left out.
 */
export function correctPeaks(peaks: Peaks, rewiring: Rewiring): Peaks {
  const { grid, solar } = rewiring.whole;
  const home = homeTurn(rewiring);
  const kept: Peaks = {};
  const keep = (key: keyof Peaks, from: keyof Peaks, turn: Turn | null) => {
    const peak = peaks[from];
    if (turn && peak) kept[key] = [roundedW(peak[0] * turn.factor), peak[1]];
  };
  keep('solar', 'solar', solar?.swapped ? null : solar);
  keep('home', 'home', home);
  keep('import', grid?.swapped ? 'export' : 'import', grid);
  keep('export', grid?.swapped ? 'import' : 'export', grid);
  return kept;
}
