/**
 * Where registers are missing that the profile does not tell of. A hole is a stretch that requests
 * must not touch; one of no length is a barrier that they must not cross.
 */
import { endOf, type PlannedRead, readOf, type Stretch, type Terrain } from './plan.ts';
import type { ProfileValue } from './profile.ts';

/** The halves of a refused request, cut at its widest gap, where a hole is likeliest. */
export function halvesOf(terrain: Terrain, { values }: PlannedRead): PlannedRead[] {
  const cut = widestGap(values);
  const halves = [values.slice(0, cut), values.slice(cut)];
  return halves.flatMap((half) => (half.length > 0 ? (readOf(terrain, half) ?? []) : []));
}

/** The hole between two requests that are answered one by one, but not as one. */
export function holeBetween([left, right]: PlannedRead[]): Stretch {
  const start = left ? left.address + left.count : 0;
  return { start, count: Math.max(0, (right?.address ?? start) - start) };
}

/** Barriers round a request, so that it is made by itself if at all. */
export function barriersRound({ address, count }: PlannedRead): Stretch[] {
  return [
    { start: address, count: 0 },
    { start: address + count, count: 0 },
  ];
}

/** The terrain with holes in it. */
export function withHoles(terrain: Terrain, holes: readonly Stretch[]): Terrain {
  const blocks = holes.reduce((left, hole) => left.flatMap(without(hole)), terrain.blocks);
  return { ...terrain, blocks };
}

/** Index of the value after the widest gap, the most central of equals; 0 for a single value. */
function widestGap(values: readonly ProfileValue[]): number {
  let best = { index: 0, gap: Number.NEGATIVE_INFINITY, offCentre: 0 };
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
