/** The clock of a scenario: time passes only when the scenario lets it, and then as fast as it can. */
import type { Timer } from '../../nodes/site/clock.ts';
import type { DrivenClock } from './world.ts';

interface Pending {
  at: number;
  order: number;
  run: () => void;
}

/**
 * Unlike the virtual clock of the other tests it looks for the next timer without sorting, and turns
 * the event loop, for what is read from and written to files, once a run and not at each timer: a
 * scenario has a quarter of a million of them.
 */
export class SteppedClock implements DrivenClock {
  #wall: number;
  #mono = 0;
  #order = 0;
  readonly #pending: Pending[] = [];

  constructor(startMs: number) {
    this.#wall = startMs;
  }

  now(): number {
    return this.#wall;
  }

  mono(): number {
    return this.#mono;
  }

  after(ms: number, run: () => void): Timer {
    const pending = { at: this.#mono + Math.max(0, ms), order: this.#order++, run };
    this.#pending.push(pending);
    return { cancel: () => this.#remove(pending) };
  }

  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Lives on to `mono`, running what is due on the way; promises settle before and after each timer. */
  async runTo(mono: number): Promise<void> {
    await turn();
    for (let due = this.#next(mono); due !== null; due = this.#next(mono)) {
      this.#remove(due);
      this.#moveTo(due.at);
      due.run();
      await settled();
    }
    this.#moveTo(mono);
  }

  #next(limit: number): Pending | null {
    let first: Pending | null = null;
    for (const each of this.#pending) {
      if (each.at > limit) continue;
      if (!first || each.at < first.at || (each.at === first.at && each.order < first.order)) {
        first = each;
      }
    }
    return first;
  }

  #remove(pending: Pending): void {
    const index = this.#pending.indexOf(pending);
    if (index >= 0) this.#pending.splice(index, 1);
  }

  #moveTo(mono: number): void {
    this.#wall += mono - this.#mono;
    this.#mono = mono;
  }
}

/** Every promise that needs neither time nor files has settled by then. */
function settled(): Promise<void> {
  // Asked for between promises, the next tick comes when none of them has anything left to do.
  return new Promise((resolve) => process.nextTick(resolve));
}

/** A turn of the event loop: files have been served too. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
