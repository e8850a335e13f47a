/**
 * Decides whether the service manager hears that all is well. A program that hangs says nothing by
 * itself; one whose snapshots have stopped must not say that it is well.
 */

/** Times to be fed without a snapshot between: one may be missed after a pause of the whole program. */
const MISSED = 2;

export class Watchdog {
  #isFlowing = false;
  #heard = false;
  #missed = 0;

  /** The flows begin anew: those that made snapshots may be gone, and no restart brings them back. */
  begin(): void {
    this.#isFlowing = false;
    this.#missed = 0;
  }

  /** Whatever its quality: a site whose meter is dead is not helped by a restart. */
  snapshot(): void {
    this.#isFlowing = true;
    this.#heard = true;
  }

  /** Asked each time it would be fed: whether it may be. */
  mayFeed(): boolean {
    this.#missed = this.#isFlowing && !this.#heard ? this.#missed + 1 : 0;
    this.#heard = false;
    return this.#missed < MISSED;
  }
}
