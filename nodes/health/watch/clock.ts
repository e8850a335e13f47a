/**
 * Decides whether the time can be believed, from what the journal says of the clock it files by, and
 * whether the clock has been moved since.
 */
import type { ClockState } from '../../journal/filing.ts';
import { type Clock, isoTime } from '../../site/clock.ts';
import { BUILT_MS } from '../../site/clock-trust.ts';
import type { FaultBook } from '../faults.ts';
import type { SystemReport } from '../report.ts';
import type { JumpWatch } from './jump.ts';

export class ClockWatch {
  #said: ClockState | null;

  /** @param said  what the journal has said before; it speaks only of changes */
  constructor(said: ClockState | null) {
    this.#said = said;
  }

  /** What the journal last said; null where there is none that says anything. */
  get said(): ClockState | null {
    return this.#said;
  }

  note(state: ClockState, book: FaultBook): void {
    this.#said = state;
    if (state.trusted) book.clear('clock_untrusted', 'site');
    else book.raise({ id: 'clock_untrusted', source: 'site', evidence: {} });
  }

  /** Each second. */
  tick(jump: JumpWatch, book: FaultBook): void {
    // Without a journal nothing is filed by the clock, and with a clock that is not believed it waits.
    jump.tick(this.#said?.trusted === true);
    if (this.#said?.trusted !== true) return;
    const { jumpedS } = jump;
    const source = 'site';
    if (jumpedS === null) book.clear('clock_untrusted', source);
    else {
      const evidence = { jumped_s: jumpedS };
      book.raise({ id: 'clock_untrusted', source, cause: 'jumped', evidence });
    }
  }

  /** Whether the time is believed; until the journal has said so, whether it can be right at all. */
  isTrusted(clock: Clock): boolean {
    return this.#said?.trusted ?? clock.now() >= BUILT_MS;
  }

  report(clock: Clock): SystemReport['clock'] {
    const { undated_kwh } = this.#said ?? {};
    return {
      now: isoTime(clock.now()),
      trusted: this.isTrusted(clock),
      ...(undated_kwh && { undated_kwh }),
    };
  }
}
