import type { Clock, Timer } from '../../nodes/site/clock.ts';

interface Pending {
  at: number;
  order: number;
  run: () => void;
}

/** A clock that stands still until a test moves it. `wallJump` moves the wall clock alone. */
export class VirtualClock implements Clock {
  #wall: number;
  #mono = 0;
  #order = 0;
  #pending: Pending[] = [];

  constructor(startIso = '2026-06-21T12:00:00.000Z') {
    this.#wall = Date.parse(startIso);
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
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== pending);
      },
    };
  }

  /** How many timers wait: a test of lifetimes expects 0 at the end. */
  get waiting(): number {
    return this.#pending.length;
  }

  wallJump(ms: number): void {
    this.#wall += ms;
  }

  /** Moves both clocks by `ms`, running due timers in order and letting promises settle between. */
  async advance(ms: number): Promise<void> {
    const end = this.#mono + ms;
    for (;;) {
      await settle();
      const due = this.#pending
        .filter((pending) => pending.at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.#pending = this.#pending.filter((other) => other !== due);
      this.#moveTo(due.at);
      due.run();
    }
    this.#moveTo(end);
    await settle();
  }

  #moveTo(mono: number): void {
    this.#wall += mono - this.#mono;
    this.#mono = mono;
  }
}

/** Lets every promise that can settle without time passing do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
