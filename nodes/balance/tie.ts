/**
 * How integrated power and counters meet in one total: power shapes the way from one of a counter's
 * steps to the next, and the counter corrects it. What was held back for a counter that then begins
 * anew is given: nothing that power saw is lost.
 *
 * This takes the place of counter readings interpolated to the borders of a bucket (energy rules,
 * section 5, rules 5 and 6). The total is never further from the counter than one step and what the
 * counter has not been asked about, at each instant: so at each border too, of minutes and of days,
 * with any resolution, and one method serves all of them.
 */

/** Import is the positive direction of the channel's role: towards the house, generated, used. */
export type Way = 'import' | 'export';
export const WAYS = ['import', 'export'] as const;
export type BothWays = Record<Way, number>;

export interface TieState {
  /** How far the total is ahead of the counter, kWh, >= 0. */
  readonly aheadKwh: number;
  /** What power saw since the counter moved and the total has not grown by, kWh. */
  readonly heldKwh: number;
}

/** What a total grows by when its counter is heard, kWh. */
export interface Released {
  /** What power saw and the total had held back. */
  held: number;
  /** What the counter knows beyond. */
  added: number;
}

/** One direction tied to its counter. */
export class Tie implements TieState {
  aheadKwh: number;
  heldKwh: number;
  /** Energy integrated since the counter was read: it cannot know of that yet. */
  #unreadKwh = 0;

  constructor({ aheadKwh, heldKwh }: TieState) {
    this.aheadKwh = aheadKwh;
    this.heldKwh = heldKwh;
  }

  /**
   * A counter hides less than one step, so the total may lead it by one step and what it has not
   * been asked about. Held back, the total waits for the counter.
   * @returns what the total grows by, kWh, 0..`kwh`
   */
  integrated(kwh: number, stepKwh: number): number {
    this.#unreadKwh += kwh;
    const room = Math.max(0, stepKwh + this.#unreadKwh - this.aheadKwh);
    const grown = Math.min(kwh, room);
    this.heldKwh += kwh - grown;
    this.aheadKwh += grown;
    return grown;
  }

  /**
   * The counter begins, or begins anew: the total is ahead of it by what came since it was read.
   * @param addedKwh  what it has counted since it began anew
   * @returns what the total grows by, kWh: what was held for a counter that will not tell of it, and
   *   what the counter has counted beyond that
   */
  begin(addedKwh: number, unreadKwh: number): Released {
    const held = this.heldKwh;
    const added = Math.max(0, addedKwh - this.aheadKwh - held);
    this.heldKwh = 0;
    this.aheadKwh = unreadKwh;
    this.#unreadKwh = unreadKwh;
    return { held, added };
  }

  /** @returns what the total grows by, kWh, to not fall behind the counter */
  counted(addedKwh: number, unreadKwh: number): Released {
    const grown = Math.max(0, addedKwh - this.aheadKwh);
    const held = Math.min(grown, this.heldKwh);
    if (addedKwh > 0) this.heldKwh = 0;
    this.#unreadKwh = unreadKwh;
    this.aheadKwh += grown - addedKwh;
    return { held, added: grown - held };
  }
}

/** Two directions whose difference must agree with counters that net otherwise than the utility. */
export class NetTie {
  /** Counted net minus the net of the totals, kWh. */
  #owedKwh: number;
  /** What the coming energy of a direction is to be cut by, kWh: totals never shrink. */
  #cut: BothWays = { import: 0, export: 0 };
  /** What was cut since the counters moved, kWh. */
  #held: BothWays = { import: 0, export: 0 };

  constructor(owedKwh: number) {
    this.#owedKwh = owedKwh;
  }

  /** The owed net as a restart has to know it: cuts not made yet are still owed. */
  get owedKwh(): number {
    return this.#owedKwh + this.#cut.export - this.#cut.import;
  }

  /**
   * The counters begin anew: nothing is owed.
   * @returns what each direction grows by, kWh: it was cut for counters that will not tell of it
   */
  begin(): BothWays {
    const grown = this.#held;
    this.#held = { import: 0, export: 0 };
    this.#cut = { import: 0, export: 0 };
    this.#owedKwh = 0;
    return grown;
  }

  integrated(way: Way, kwh: number): number {
    const cut = Math.min(kwh, this.#cut[way]);
    this.#cut[way] -= cut;
    this.#held[way] += cut;
    this.#owedKwh -= way === 'import' ? kwh : -kwh;
    return kwh - cut;
  }

  /**
   * @param bandKwh  what steps and delays of the counters explain; only more is corrected
   * @param flowing  the direction to correct: adding to the other would invent both
   * @returns what each direction grows by, kWh
   */
  counted(netKwh: number, bandKwh: number, flowing: Way | 'recovered'): BothWays {
    if (netKwh !== 0) this.#held = { import: 0, export: 0 };
    this.#owedKwh += netKwh;
    const grown = { import: 0, export: 0 };
    const excess = Math.abs(this.#owedKwh) - bandKwh;
    if (excess <= 0) return grown;
    const towards: Way = this.#owedKwh > 0 ? 'import' : 'export';
    const against: Way = towards === 'import' ? 'export' : 'import';
    this.#owedKwh -= Math.sign(this.#owedKwh) * excess;
    const uncut = Math.min(excess, this.#cut[towards]);
    this.#cut[towards] -= uncut;
    if (flowing === against) this.#cut[against] += excess - uncut;
    else grown[towards] = excess - uncut;
    return grown;
  }
}
