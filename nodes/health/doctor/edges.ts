/**
 * Cloud edges: what the mains and the home do when solar changes within seconds. Keeps the slopes of
 * the last edges; refuses to know which wiring they mean.
 */
import { z } from 'zod';
import { type Block, BlockMaker } from './edge-blocks.ts';
import type { Claim, Hypothesis, Rule, Surroundings } from './rule.ts';
import type { SiteSecond } from './second.ts';
import { median, spreadOf } from './statistics.ts';

/** A smaller change of solar is no edge, W. */
const EDGE_W = 300;
/** Nor is one that noise of this share could be: a gain that flickers by 5 % moves solar alone. */
const EDGE_SHARE = 0.15;
/** Nor one that is not this many times what its own noise explains; solar is settled on both sides. */
const EDGE_SIGMAS = 8;
/** Blocks from before an edge to after it. Those between hold the edge itself and any skew of reads. */
const REACH = 3;
/** What else may change meanwhile, W and as a share of the edge: a battery takes what mains should. */
const STILL_W = 100;
const STILL_SHARE = 0.1;
/** Mains this close to 0 before and after may be held there by an inverter or a charger, W. */
const HELD_W = 150;
/** A wire this close to 0 before and after has no CT on it, W. */
const DEAD_W = 1;
const EDGES_KEPT = 60;
const NONE: readonly Claim[] = [];

export interface Edge {
  /** -d(mains) / d(solar). */
  r: number;
  /** d(home) / d(solar). */
  b: number;
  /** Mains were about 0 before and after: what does not react may have been regulated away. */
  held: boolean;
  /** `r` of each input of the grid channels. */
  wires: number[];
}

/** Medians over some edges. */
export interface Slopes {
  edges: number;
  r: number;
  b: number;
  /** Of `r`: 1.48 times the median deviation, so a standard deviation that outliers do not move. */
  spread: number;
  /** `r` of each input of the grid channels, by `<meter>/<channel> <phase>`, or the channel alone. */
  wires: Record<string, number>;
}

export interface Edges {
  /** Edges ever seen; a rule that remembers it knows which came later. */
  readonly seen: number;
  /** Counts up whenever slopes may have changed. */
  readonly news: number;
  /** Medians over the last `count` edges of mains that move freely; null before there are as many. */
  slopes(count: number): Slopes | null;
  /** The same over edges at which mains stay about 0. */
  heldSlopes(count: number): Slopes | null;
}

const savedSchema = z.object({
  seen: z.int().min(0),
  wireIds: z.array(z.string()),
  edges: z.array(
    z.object({
      r: z.number(),
      b: z.number(),
      held: z.boolean(),
      wires: z.array(z.number()),
    }),
  ),
});

/** Stands among the rules, above all that ask it, and has no hypothesis of its own. */
export class CloudEdges implements Rule, Edges {
  readonly name = 'cloud_edges';
  readonly #blocks = new BlockMaker();
  #recent: Block[] = [];
  #edges: Edge[] = [];
  #wireIds: string[] = [];
  #seen = 0;
  #news = 0;
  readonly #cache = new Map<string, Slopes | null>();

  get seen(): number {
    return this.#seen;
  }

  get news(): number {
    return this.#news;
  }

  take(second: SiteSecond, surroundings: Surroundings): void {
    const block = this.#blocks.take(second);
    if (block === null) return;
    if (block === 'broken') {
      this.#recent.length = 0;
      return;
    }
    this.#recent.push(block);
    if (this.#recent.length <= REACH) return;
    const before = this.#recent.shift();
    const edge = before === undefined ? null : edgeBetween(before, block);
    if (edge === null) return;
    // What is read between two rows above means nothing; nor does what the same clouds did just now.
    this.#recent = [block];
    const isBlocked = second.channels.some(
      (channel) =>
        (channel.role === 'grid' || channel.role === 'solar') && surroundings.blocked(channel),
    );
    if (!isBlocked) this.#add(edge);
  }

  slopes(count: number): Slopes | null {
    return this.#slopesOf(count, false);
  }

  heldSlopes(count: number): Slopes | null {
    return this.#slopesOf(count, true);
  }

  found(): readonly Claim[] {
    return NONE;
  }

  hypotheses(): Hypothesis[] {
    return [];
  }

  save(): unknown {
    return { seen: this.#seen, wireIds: this.#wireIds, edges: this.#edges };
  }

  restore(saved: unknown): void {
    const parsed = savedSchema.safeParse(saved);
    if (!parsed.success) return;
    this.#seen = parsed.data.seen;
    this.#wireIds = parsed.data.wireIds;
    this.#edges = parsed.data.edges.slice(-EDGES_KEPT);
    this.#renew();
  }

  forget(_channel: string): void {
    this.#recent = [];
    this.#edges = [];
    this.#blocks.restart();
    this.#renew();
  }

  #add(edge: Edge): void {
    const { wireIds } = this.#blocks;
    if (wireIds.join() !== this.#wireIds.join()) this.#edges = [];
    this.#wireIds = wireIds;
    this.#edges.push(edge);
    if (this.#edges.length > EDGES_KEPT) this.#edges.shift();
    this.#seen += 1;
    this.#renew();
  }

  #renew(): void {
    this.#news += 1;
    this.#cache.clear();
  }

  #slopesOf(count: number, held: boolean): Slopes | null {
    const key = `${count} ${held}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const edges = this.#edges.filter((edge) => edge.held === held).slice(-count);
    const slopes = edges.length < count ? null : medians(edges, this.#wireIds);
    this.#cache.set(key, slopes);
    return slopes;
  }
}

function medians(edges: readonly Edge[], wireIds: readonly string[]): Slopes {
  const all = edges.map(({ r }) => r);
  const ofWire = (wire: number) => median(edges.map(({ wires }) => wires[wire] ?? 0));
  return {
    edges: edges.length,
    r: median(all),
    b: median(edges.map(({ b }) => b)),
    spread: spreadOf(all),
    wires: Object.fromEntries(wireIds.map((id, wire) => [id, ofWire(wire)])),
  };
}

function edgeBetween(before: Block, after: Block): Edge | null {
  // A solar CT that is turned round shows its edges as well.
  const step = Math.abs(after.solarW) - Math.abs(before.solarW);
  const size = Math.abs(step);
  const levelW = Math.max(Math.abs(after.solarW), Math.abs(before.solarW));
  if (size < EDGE_W || size < EDGE_SHARE * levelW) return null;
  if (size < EDGE_SIGMAS * Math.sqrt(before.errorW2 + after.errorW2)) return null;
  const stillW = Math.max(STILL_W, STILL_SHARE * size);
  if (Math.abs(after.batteryW - before.batteryW) > stillW) return null;
  if (Math.abs(after.loadsW - before.loadsW) > stillW) return null;
  if (after.wiresW.some((watts, wire) => isDead(watts) && isDead(before.wiresW[wire]))) return null;
  return {
    r: (before.mainsW - after.mainsW) / step,
    b: (after.homeW - before.homeW) / step,
    held: Math.abs(before.mainsW) < HELD_W && Math.abs(after.mainsW) < HELD_W,
    wires: after.wiresW.map((watts, wire) => ((before.wiresW[wire] ?? 0) - watts) / step),
  };
}

function isDead(watts: number | undefined): boolean {
  return watts === undefined || Math.abs(watts) < DEAD_W;
}
