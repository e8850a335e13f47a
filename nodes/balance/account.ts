/**
 * The energy of one channel in both directions, growing and never shrinking: counters say how much
 * where they stand for the channel, integrated power says when. How the three ways meet is decided
 * here; what a counter's change means is not (`counter.ts`).
 */
import { integrate, type SpanMark } from './integrate.ts';

/** Import is the positive direction of the channel's role: towards the house, generated, used. */
export type Way = 'import' | 'export';
export const WAYS = ['import', 'export'] as const;
export type BothWays = Record<Way, number>;

/** One direction tied to its counter: power shapes the way from one of its steps to the next. */
class Tie {
  /** How far the total is ahead of the counter, kWh, >= 0. */
  aheadKwh: number;
  /** Energy integrated since the counter was read: it cannot know of that yet. */
  #unreadKwh = 0;

  constructor(aheadKwh: number) {
    this.aheadKwh = aheadKwh;
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
    this.aheadKwh += grown;
    return grown;
  }

  /** The counter begins, or begins anew: the total is ahead of it by what came since. */
  begin(unreadKwh: number): void {
    this.aheadKwh = unreadKwh;
    this.#unreadKwh = unreadKwh;
  }

  /** @returns what the total grows by, kWh, to not fall behind the counter */
  counted(addedKwh: number, unreadKwh: number): number {
    this.#unreadKwh = unreadKwh;
    this.aheadKwh -= addedKwh;
    const grown = Math.max(0, -this.aheadKwh);
    this.aheadKwh += grown;
    return grown;
  }
}

/** Two directions whose difference must agree with counters that net otherwise than the utility. */
class NetTie {
  /** Counted net minus the net of the totals, kWh. */
  #owedKwh: number;
  /** What the coming energy of a direction is to be cut by, kWh: totals never shrink. */
  #cut: BothWays = { import: 0, export: 0 };

  constructor(owedKwh: number) {
    this.#owedKwh = owedKwh;
  }

  /** The owed net as a restart has to know it: cuts not made yet are still owed. */
  get owedKwh(): number {
    return this.#owedKwh + this.#cut.export - this.#cut.import;
  }

  /** The counters begin anew: nothing is owed. */
  begin(): void {
    this.#owedKwh = 0;
  }

  integrated(way: Way, kwh: number): number {
    const cut = Math.min(kwh, this.#cut[way]);
    this.#cut[way] -= cut;
    this.#owedKwh -= way === 'import' ? kwh : -kwh;
    return kwh - cut;
  }

  /**
   * @param bandKwh  what steps and delays of the counters explain; only more is corrected
   * @param flowing  the direction to correct: adding to the other would invent both
   * @returns what each direction grows by, kWh
   */
  counted(netKwh: number, bandKwh: number, flowing: Way | 'recovered'): BothWays {
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

/** What a restart has to know of an account, kWh; what is 0 is left out. */
export interface AccountState {
  ahead?: Partial<BothWays>;
  owed?: number;
  /** Energy since the account's first day, over all runs. */
  sum?: Partial<BothWays>;
}

/** What an account grew by. */
export interface Growth {
  /** Energy that passed while it was watched, kWh; null where nothing was measured. */
  seen: Record<Way, number | null>;
  /** Energy that counters told of afterwards, kWh. */
  recovered: BothWays;
}

function noGrowth(): Growth {
  return { seen: { import: null, export: null }, recovered: { import: 0, export: 0 } };
}

/** A move of a counter. */
export interface CounterMove {
  addedKwh: number;
  /** Energy since the counter was read, kWh. */
  unreadKwh: number;
  /** It makes up for a time in which nobody looked. */
  recovered: boolean;
}

/** Energy of one channel, or of the grid where several channels make it. */
export class Account {
  #ties: Partial<Record<Way, Tie>> = {};
  #net: NetTie | null = null;
  #restored: AccountState;
  #last: { legsW: number[]; monoMs: number } | null = null;
  #growth = noGrowth();
  #sumKwh: BothWays = { import: 0, export: 0 };

  constructor(restored: AccountState = {}) {
    this.#restored = restored;
  }

  /** True where a gap in the readings loses no energy: counters fill it. */
  get counted(): boolean {
    return this.#net !== null || this.#ties.import !== undefined;
  }

  /** True where `way` follows its own counter. */
  tied(way: Way): boolean {
    return this.#ties[way] !== undefined;
  }

  /** True where a counter, its own or the net of both, decides how much of `way`. */
  follows(way: Way): boolean {
    return this.#net !== null || this.tied(way);
  }

  /** Energy of `way` since the first sample of this run, kWh; null before it. */
  sumKwh(way: Way): number | null {
    return this.#last === null ? null : this.#sumKwh[way];
  }

  aheadKwh(way: Way): number {
    return this.#ties[way]?.aheadKwh ?? 0;
  }

  /** From now on the counter of `way` decides how much. */
  tie(way: Way): void {
    this.#ties[way] ??= new Tie(this.#restored.ahead?.[way] ?? 0);
  }

  /** From now on the counters decide the net of both ways. */
  tieNet(): void {
    this.#net ??= new NetTie(this.#restored.owed ?? 0);
  }

  /**
   * Takes the powers of one instant, one for each leg that is billed by itself, W.
   * @returns how the span since the last point can be believed; null for the first
   */
  point(legsW: number[], monoMs: number, stepKwh: number): SpanMark | null {
    const last = this.#last;
    const dtS = last === null ? 0 : (monoMs - last.monoMs) / 1000;
    if (last !== null && dtS <= 0) return null;
    this.#last = { legsW, monoMs };
    if (last === null) return null;
    let mark: SpanMark | null = null;
    const kwh = { import: 0, export: 0 };
    for (const [leg, toW] of legsW.entries()) {
      const span = integrate(last.legsW[leg] ?? toW, toW, dtS);
      mark = span?.mark ?? mark;
      kwh.import += (span?.positiveWh ?? 0) / 1000;
      kwh.export += (span?.negativeWh ?? 0) / 1000;
    }
    if (mark !== null && mark !== 'gap') {
      for (const way of WAYS) this.#grow(way, this.#shaped(way, kwh[way], stepKwh));
    }
    return mark;
  }

  #shaped(way: Way, kwh: number, stepKwh: number): number {
    if (this.#net) return this.#net.integrated(way, kwh);
    return this.#ties[way]?.integrated(kwh, stepKwh) ?? kwh;
  }

  /** The counter of `way` begins, or begins anew, `unreadKwh` of energy ago. */
  counterBegins(way: Way, unreadKwh: number): void {
    this.#ties[way]?.begin(unreadKwh);
  }

  /** The counter of `way` moved. */
  counterMoved(way: Way, { addedKwh, unreadKwh, recovered }: CounterMove): void {
    const kwh = this.#ties[way]?.counted(addedKwh, unreadKwh) ?? 0;
    if (kwh > 0) this.#grow(way, kwh, recovered);
  }

  /** The counters of the net begin anew: what was integrated since stands. */
  netBegins(): void {
    this.#net?.begin();
  }

  /** Both counters moved by `netKwh` in sum; see `NetTie.counted`. */
  netMoved(netKwh: number, { bandKwh, recovered }: { bandKwh: number; recovered: boolean }): void {
    if (!this.#net) return;
    const powerW = this.powerW ?? 0;
    const flowing = recovered ? 'recovered' : powerW < 0 ? 'export' : 'import';
    const grown = this.#net.counted(netKwh, bandKwh, flowing);
    for (const way of WAYS) if (grown[way] > 0) this.#grow(way, grown[way], recovered);
  }

  /** The power at the last point, W. */
  get powerW(): number | null {
    return this.#last === null ? null : this.#last.legsW.reduce((sum, leg) => sum + leg, 0);
  }

  #grow(way: Way, kwh: number, recovered = false): void {
    const { seen, recovered: later } = this.#growth;
    if (recovered) later[way] += kwh;
    else seen[way] = (seen[way] ?? 0) + kwh;
    this.#sumKwh[way] += kwh;
  }

  /** What both ways grew by since this was last asked. */
  drain(): Growth {
    const growth = this.#growth;
    this.#growth = noGrowth();
    return growth;
  }

  state(): AccountState {
    const restored = this.#restored;
    const sum = unlessZero((way) => (restored.sum?.[way] ?? 0) + this.#sumKwh[way]);
    const tied = this.#ties.import ?? this.#ties.export;
    const ahead = tied ? unlessZero((way) => this.aheadKwh(way)) : restored.ahead;
    const owed = this.#net ? this.#net.owedKwh : restored.owed;
    return { ...(ahead && { ahead }), ...(owed && { owed }), ...(sum && { sum }) };
  }
}

/** Without the ways that are 0; null where both are. */
function unlessZero(kwhOf: (way: Way) => number): Partial<BothWays> | null {
  const ways = WAYS.flatMap((way) => (kwhOf(way) === 0 ? [] : [[way, kwhOf(way)] as const]));
  return ways.length > 0 ? Object.fromEntries(ways) : null;
}
