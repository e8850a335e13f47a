/**
 * Decides which requests fetch a set of values: of all sets of requests that a meter allows, the one
 * that takes the least time on the wire. It is told what a request costs and asks nothing itself.
 */
import type { Profile, ProfileValue } from './profile.ts';
import { registersOf } from './registers.ts';

/** One request and the values its reply holds. */
export interface PlannedRead {
  fn: 3 | 4;
  /** 0-based PDU address of the first register. */
  address: number;
  count: number;
  values: ProfileValue[];
}

export interface Stretch {
  start: number;
  count: number;
}

/** What a plan has to respect; a `Profile` is one, and `holes.ts` makes narrower ones. */
export type Terrain = Pick<Profile, 'fn' | 'align' | 'maxRegisters' | 'blocks'>;

/** Time a request for `count` registers takes on the wire, ms. Must not fall as `count` grows. */
export type CostMs = (count: number) => number;

/**
 * The cheapest requests for `values`, in address order. None leaves its block, is longer than the
 * meter allows or cuts a value in half. Values outside every block are left out.
 *
 * Dynamic programming over the values of each block in address order: the cheapest way to read the
 * first n is the cheapest way to read the first k plus one request for the rest, for the best k.
 * Requests that overlap or skip a value between two of theirs are never cheaper, because cost only
 * grows with length.
 */
export function planReads(
  terrain: Terrain,
  values: readonly ProfileValue[],
  costMs: CostMs,
): PlannedRead[] {
  const inOrder = values.toSorted((a, b) => a.address - b.address || endOf(a) - endOf(b));
  const left = new Set(inOrder);
  return terrain.blocks.flatMap((block) => {
    const here = [...left].filter((value) => isInside(value, block));
    for (const value of here) left.delete(value);
    return planBlock(terrain, here, costMs);
  });
}

/** The one request for some values of a block, or null where it would be too long. */
export function readOf(terrain: Terrain, values: ProfileValue[]): PlannedRead | null {
  const { align, fn, maxRegisters } = terrain;
  const first = Math.min(...values.map(({ address }) => address));
  const address = Math.floor(first / align) * align;
  const count = Math.ceil((Math.max(...values.map(endOf)) - address) / align) * align;
  return count > maxRegisters ? null : { fn, address, count, values };
}

/** The address after a value's last register. */
export function endOf({ address, type }: ProfileValue): number {
  return address + registersOf(type);
}

interface Step {
  costMs: number;
  from: number;
  read: PlannedRead | null;
}

function planBlock(terrain: Terrain, values: ProfileValue[], costMs: CostMs): PlannedRead[] {
  const best: Step[] = [{ costMs: 0, from: 0, read: null }];
  for (let end = 1; end <= values.length; end++) {
    best.push(cheapestLast(terrain, values.slice(0, end), best, costMs));
  }
  const reads: PlannedRead[] = [];
  for (let step = best.at(-1); step?.read; step = best[step.from]) reads.unshift(step.read);
  return reads;
}

/** The best way to end: one request for `values[from..]` after the best plan for those before. */
function cheapestLast(
  terrain: Terrain,
  values: ProfileValue[],
  best: readonly Step[],
  costMs: CostMs,
): Step {
  let found: Step = { costMs: Number.POSITIVE_INFINITY, from: 0, read: null };
  for (const [from, before] of best.entries()) {
    const read = readOf(terrain, values.slice(from));
    if (read === null) continue;
    const total = before.costMs + costMs(read.count);
    if (total < found.costMs) found = { costMs: total, from, read };
  }
  return found;
}

function isInside(value: ProfileValue, { start, count }: Stretch): boolean {
  return value.address >= start && endOf(value) <= start + count;
}
