/**
 * The energy of one channel in both directions, growing and never shrinking: counters say how much
 * where they stand for the channel, integrated power says when. What a counter's change means is
 * decided elsewhere (`counter.ts`), and so is how counters and power meet (`tie.ts`).
 */
import { integrate, type SpanMark } from './integrate.ts';
import { type BothWays, NetTie, type Released, Tie, type TieState, WAYS, type Way } from './tie.ts';

/** What a restart has to know of an account, kWh; what is 0 is left out. */
export interface AccountState {
  ahead?: Partial<BothWays>;
  held?: Partial<BothWays>;
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
  /** What power alone came to, kWh, whatever counters made of it. */
  integrated: BothWays;
}

function noGrowth(): Growth {
  return {
    seen: { import: null, export: null },
    recovered: { import: 0, export: 0 },
    integrated: { import: 0, export: 0 },
  };
}

/** What a counter told. */
export interface CounterMove {
  addedKwh: number;
  /** Energy since the counter was read, kWh. */
  unreadKwh: number;
  /** It makes up for a time in which nobody looked. */
  recovered: boolean;
  /** As much of what was held back for it can be of now; more has passed before, kWh. */
  currentKwh: number;
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
    const { ahead, held } = this.#restored;
    this.#ties[way] ??= new Tie({ aheadKwh: ahead?.[way] ?? 0, heldKwh: held?.[way] ?? 0 });
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
      for (const way of WAYS) {
        this.#growth.integrated[way] += kwh[way];
        this.#grow(way, this.#shaped(way, kwh[way], stepKwh));
      }
    }
    return mark;
  }

  #shaped(way: Way, kwh: number, stepKwh: number): number {
    if (this.#net) return this.#net.integrated(way, kwh);
    return this.#ties[way]?.integrated(kwh, stepKwh) ?? kwh;
  }

  /**
   * The counter of `way` begins, or begins anew: what power saw until now stands.
   * @returns whether the account grew by what was held back before now
   */
  counterBegins(way: Way, move: CounterMove): boolean {
    return this.#release(way, this.#ties[way]?.begin(move.addedKwh, move.unreadKwh), move);
  }

  /** The counter of `way` moved. @returns as `counterBegins` */
  counterMoved(way: Way, move: CounterMove): boolean {
    return this.#release(way, this.#ties[way]?.counted(move.addedKwh, move.unreadKwh), move);
  }

  #release(way: Way, released: Released | undefined, move: CounterMove): boolean {
    const { held, added } = released ?? { held: 0, added: 0 };
    const isLate = held > move.currentKwh;
    if (held > 0) this.#grow(way, held, isLate || move.recovered);
    if (added > 0) this.#grow(way, added, move.recovered);
    return isLate;
  }

  /** The counters of the net begin anew: what power saw until now stands. */
  netBegins(): void {
    const kwh = this.#net?.begin();
    for (const way of WAYS) if (kwh?.[way]) this.#grow(way, kwh[way]);
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
    const ties = Object.keys(this.#ties).length > 0;
    const of = (pick: (tie: TieState) => number) =>
      unlessZero((way) => (this.#ties[way] ? pick(this.#ties[way]) : 0));
    const ahead = ties ? of(({ aheadKwh }) => aheadKwh) : restored.ahead;
    const held = ties ? of(({ heldKwh }) => heldKwh) : restored.held;
    const owed = this.#net ? this.#net.owedKwh : restored.owed;
    return {
      ...(ahead && { ahead }),
      ...(held && { held }),
      ...(owed && { owed }),
      ...(sum && { sum }),
    };
  }
}

/** Without the ways that are 0; null where both are. */
function unlessZero(kwhOf: (way: Way) => number): Partial<BothWays> | null {
  const ways: Partial<BothWays> = {};
  for (const way of WAYS) {
    const kwh = kwhOf(way);
    if (kwh !== 0) ways[way] = kwh;
  }
  return ways.import === undefined && ways.export === undefined ? null : ways;
}
