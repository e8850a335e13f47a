/**
 * Learns from a request that a meter refused (exception 2 or 3) where its registers have a hole that
 * the profile does not tell of, so that the same request is never tried twice in a session.
 */
import { endOf, type PlannedRead, readOf, type Stretch, type Terrain } from './plan.ts';
import type { ProfileValue } from './profile.ts';

export interface Lesson {
  /** The terrain with the hole in it: plan with this one from now on. */
  terrain: Terrain;
  /** What to ask instead, now. Empty when a single value was refused: the meter does not have it. */
  instead: PlannedRead[];
}

/**
 * What a refused request teaches. One with several values is cut in two at the widest gap between
 * them, where a hole is likeliest; one with a single value shows that its registers do not exist.
 */
export function learnHole(terrain: Terrain, refused: PlannedRead): Lesson {
  const cut = widestGap(refused.values);
  const before = refused.values.slice(0, cut);
  const after = refused.values.slice(cut);
  const halves = [before, after].filter((half) => half.length > 0 && cut > 0);
  const instead = halves.flatMap((half) => readOf(terrain, half) ?? []);
  const hole = instead.length === 2 ? between(instead) : asStretch(refused);
  return { terrain: { ...terrain, blocks: terrain.blocks.flatMap(without(hole)) }, instead };
}

/** Index of the value after the widest gap, the most central of equals; 0 for a single value. */
function widestGap(values: readonly ProfileValue[]): number {
  let best = { index: 0, gap: -1, offCentre: 0 };
  for (const [index, value] of values.entries()) {
    const previous = values[index - 1];
    if (previous === undefined) continue;
    const gap = value.address - endOf(previous);
    const offCentre = Math.abs(index - values.length / 2);
    if (gap > best.gap || (gap === best.gap && offCentre < best.offCentre)) {
      best = { index, gap, offCentre };
    }
  }
  return best.index;
}

/** The registers between two reads; none at all is still a place where a block is cut. */
function between([left, right]: PlannedRead[]): Stretch {
  const start = left ? left.address + left.count : 0;
  return { start, count: Math.max(0, (right?.address ?? start) - start) };
}

function asStretch({ address, count }: PlannedRead): Stretch {
  return { start: address, count };
}

function without(hole: Stretch): (block: Stretch) => Stretch[] {
  const holeEnd = hole.start + hole.count;
  return (block) => {
    const end = block.start + block.count;
    if (holeEnd < block.start || hole.start > end) return [block];
    return [
      { start: block.start, count: hole.start - block.start },
      { start: holeEnd, count: end - holeEnd },
    ].filter(({ count }) => count > 0);
  };
}
