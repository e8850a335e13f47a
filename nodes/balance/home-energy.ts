/**
 * The energy the home used: the balance of what its sources and sinks grew by over the same time.
 * Kept unclamped; what is shown never goes back (energy rules, section 5, rule 7). After a time in
 * which a part of the balance was not known, it waits until the counters have told their part.
 */
import { flowsOfTotals } from './gap-flows.ts';
import type { RecoveredEnergy, TotalKey } from './measured.ts';
import { joinOutages, type Outage } from './outage.ts';

export interface HomeState {
  /** kWh, may dip where one counter steps before another. */
  raw: number;
  /** Left out while it is `raw`. */
  shown?: number;
  /** What the totals grew by and the home not yet: a part of the balance was not known, kWh. */
  pending?: TotalsKwh;
}

/** The sign of each total in the balance of the home; 0 for a part of the home. */
export const SIGNS = {
  solar_kwh: 1,
  import_kwh: 1,
  export_kwh: -1,
  battery_discharge_kwh: 1,
  battery_charge_kwh: -1,
  ev_kwh: 0,
} as const satisfies Record<TotalKey, 1 | -1 | 0>;

/** kWh */
export type TotalsKwh = Partial<Record<TotalKey, number>>;

/** A counter that is silent for longer after a gap is not waited for, ms. */
const WAIT_FOR_COUNTERS_MS = 120_000;

export interface HomeOptions {
  restored?: HomeState | undefined;
  /** A battery leaves open who fed whom in a time of which only totals are known. */
  battery: boolean;
}

export interface Growing {
  /** kWh; null where nothing was measured. */
  seen: Readonly<Partial<Record<TotalKey, number | null>>>;
  recovered: TotalsKwh;
  outage: Outage | null;
}

/** What the home used. */
export interface HomeGrowth {
  /** While everything was watched, kWh; null while it is not known. */
  seenKwh: number | null;
  /** In a time that was not: the home and its flows; empty while there is none. */
  recovered: RecoveredEnergy;
  outage: Outage | null;
}

const NOTHING = { recovered: {}, outage: null };

export class HomeEnergy {
  #state: { raw: number; shown: number } | null;
  #battery: boolean;
  /** Since the balance was last complete. */
  #pending: TotalsKwh = {};
  /** Of a time that was not watched, and what an earlier run left over of it. */
  #block: TotalsKwh;
  #outage: Outage | null = null;
  #interrupted = false;
  /** Part of that time is lost for good, so its balance means nothing. */
  #lost = false;
  #waitingSinceMs: number | null = null;

  constructor({ restored, battery }: HomeOptions) {
    this.#state = restored ? { raw: restored.raw, shown: restored.shown ?? restored.raw } : null;
    this.#block = { ...restored?.pending };
    this.#battery = battery;
  }

  get begun(): boolean {
    return this.#state !== null;
  }

  /** kWh; null until something is known. */
  get shownKwh(): number | null {
    return this.#state?.shown ?? null;
  }

  begin(kwh: number): void {
    this.#state = { raw: kwh, shown: kwh };
    this.#pending = {};
    this.#block = {};
  }

  /** The totals grew, by `recovered` in an outage. */
  add({ seen, recovered, outage }: Growing): void {
    addTotals(this.#pending, seen);
    addTotals(this.#block, recovered);
    this.#outage = joinOutages(this.#outage, outage);
  }

  /** A part of the balance was not watched: what is pending belongs to that time. */
  interrupt(outage: Outage): void {
    this.#interrupted = true;
    this.#outage = joinOutages(this.#outage, outage);
  }

  /** A part of the balance has a gap that no counter fills. */
  lose(): void {
    this.#lost = true;
    this.#interrupted = true;
  }

  /**
   * @param complete  whether every part of the balance is known up to now
   * @param awaited  whether a counter has yet to tell of a gap
   */
  settle({
    complete,
    awaited,
    monoMs,
  }: {
    complete: boolean;
    awaited: boolean;
    monoMs: number;
  }): HomeGrowth {
    if (!complete || this.#state === null) return { seenKwh: null, ...NOTHING };
    let seenKwh: number | null = null;
    if (this.#interrupted) {
      addTotals(this.#block, this.#pending);
      this.#waitingSinceMs ??= monoMs;
    } else {
      seenKwh = balanceOf(this.#pending);
      this.#grow(seenKwh);
    }
    this.#interrupted = false;
    this.#pending = {};
    const waitedMs = monoMs - (this.#waitingSinceMs ?? monoMs);
    const mayWait = awaited && waitedMs < WAIT_FOR_COUNTERS_MS;
    return { seenKwh, ...(mayWait ? NOTHING : this.#release()) };
  }

  #release(): Omit<HomeGrowth, 'seenKwh'> {
    const [block, outage, lost] = [this.#block, this.#outage, this.#lost];
    const kwh = balanceOf(block);
    this.#block = {};
    this.#outage = null;
    this.#lost = false;
    this.#waitingSinceMs = null;
    if (lost || Object.keys(block).length === 0) return NOTHING;
    this.#grow(kwh);
    const flows = this.#battery ? {} : flowsOfTotals({ ...block, home_kwh: kwh });
    return { recovered: { home_kwh: kwh, ...flows }, outage };
  }

  #grow(kwh: number): void {
    if (this.#state === null) return;
    this.#state.raw += kwh;
    this.#state.shown = Math.max(this.#state.shown, this.#state.raw);
  }

  state(): HomeState {
    const { raw, shown } = this.#state ?? { raw: 0, shown: 0 };
    const pending = { ...this.#block };
    addTotals(pending, this.#pending);
    const isPending = Object.values(pending).some((kwh) => kwh !== 0);
    return { raw, ...(shown !== raw && { shown }), ...(isPending && { pending }) };
  }
}

function addTotals(sum: TotalsKwh, more: Growing['seen']): void {
  for (const key of Object.keys(more) as TotalKey[]) {
    const kwh = more[key];
    if (kwh != null) sum[key] = (sum[key] ?? 0) + kwh;
  }
}

/** kWh: + towards the house. */
function balanceOf(totals: TotalsKwh): number {
  const keys = Object.keys(totals) as TotalKey[];
  return keys.reduce((kwh, key) => kwh + SIGNS[key] * (totals[key] ?? 0), 0);
}
