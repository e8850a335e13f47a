/**
 * The energy the home used: the balance of what its sources and sinks grew by over the same time.
 * Kept unclamped; what is shown never goes back (energy rules, section 5, rule 7).
 */
export interface HomeState {
  /** kWh, may dip where one counter steps before another. */
  raw: number;
  shown: number;
  /** Energy of a time in which a part of the balance was not known, kWh. */
  pending: number;
}

export class HomeEnergy {
  #state: HomeState | null;
  #pendingKwh: number;
  /** Part of the pending time is lost for good, so its balance means nothing. */
  #lost: boolean;

  constructor(restored?: HomeState) {
    this.#state = restored ? { ...restored } : null;
    this.#pendingKwh = restored?.pending ?? 0;
    this.#lost = false;
  }

  get begun(): boolean {
    return this.#state !== null;
  }

  /** kWh; null until something is known. */
  get shownKwh(): number | null {
    return this.#state?.shown ?? null;
  }

  begin(kwh: number): void {
    this.#state = { raw: kwh, shown: kwh, pending: 0 };
    this.#pendingKwh = 0;
  }

  /** Adds to the balance, kWh: + towards the house. */
  add(kwh: number): void {
    this.#pendingKwh += kwh;
  }

  /** A part of the balance has a gap that no counter fills. */
  lose(): void {
    this.#lost = true;
  }

  /**
   * @param complete  whether every part of the balance is known up to now
   * @returns what the home used since it was last complete, kWh, unclamped; null while it is not
   */
  settle(complete: boolean): number | null {
    if (!complete || this.#state === null) return null;
    const kwh = this.#lost ? 0 : this.#pendingKwh;
    const wasLost = this.#lost;
    this.#pendingKwh = 0;
    this.#lost = false;
    this.#state.raw += kwh;
    this.#state.shown = Math.max(this.#state.shown, this.#state.raw);
    return wasLost ? null : kwh;
  }

  state(): HomeState {
    return { raw: 0, shown: 0, ...this.#state, pending: this.#pendingKwh };
  }
}
