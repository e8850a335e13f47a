/**
 * Decides which lines of a log are told one by one: of what repeats itself more often than a person
 * needs, one line with a count stands for the rest. Nothing is lost without being counted.
 */
import type { Clock, Timer } from '../nodes/site/clock.ts';
import type { LogLine } from '../nodes/site/site-log.ts';

/** Of one kind in a minute. */
const MOST = 5;
const MINUTE_MS = 60_000;
/** What does not end is told of all the same, every so many minutes. */
const TELL_EVERY = 10;

/** Two lines that differ in nothing else are the same. */
const FIGURES = /\b\d+(?:[.,]\d+)?\b/g;

interface Run {
  timer: Timer;
  /** In the minute that runs. */
  count: number;
  minutes: number;
  held: number;
  last: LogLine;
}

export class Repeats {
  readonly #clock: Clock;
  readonly #tell: (line: LogLine) => void;
  readonly #runs = new Map<string, Run>();
  #closed = false;

  constructor(clock: Clock, tell: (line: LogLine) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  take(line: LogLine): void {
    if (this.#closed) {
      this.#tell(line);
      return;
    }
    const key = keyOf(line);
    const run = this.#runs.get(key) ?? this.#begin(key, line);
    run.count += 1;
    // While some are held back, none goes past them.
    if (run.held === 0 && run.count <= MOST) {
      this.#tell(line);
      return;
    }
    run.held += 1;
    run.last = line;
  }

  /** Tells of all that is held back, and from then on of each line by itself. */
  close(): void {
    this.#closed = true;
    for (const run of this.#runs.values()) {
      run.timer.cancel();
      this.#tellHeld(run);
    }
    this.#runs.clear();
  }

  #begin(key: string, last: LogLine): Run {
    const run: Run = { timer: this.#wait(key), count: 0, minutes: 0, held: 0, last };
    this.#runs.set(key, run);
    return run;
  }

  #wait(key: string): Timer {
    return this.#clock.after(MINUTE_MS, () => this.#minuteOver(key));
  }

  #minuteOver(key: string): void {
    const run = this.#runs.get(key);
    if (!run) return;
    run.minutes += 1;
    const ended = run.count <= MOST;
    if (ended || run.minutes % TELL_EVERY === 0) this.#tellHeld(run);
    run.count = 0;
    if (ended) this.#runs.delete(key);
    else run.timer = this.#wait(key);
  }

  #tellHeld(run: Run): void {
    if (run.held > 0) this.#tell({ ...run.last, repeated: run.held });
    run.held = 0;
  }
}

function keyOf({ area, code, message, source, state }: LogLine): string {
  return JSON.stringify([area, code, source, state, message.replace(FIGURES, '#')]);
}
