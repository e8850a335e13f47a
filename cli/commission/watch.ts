/** Hands a proof each second until it has seen enough, and says what is to be switched next. */
import type { LiveSecond } from '../../nodes/health/commission/live.ts';
import { liveSeconds } from './live.ts';
import type { Walk } from './walk.ts';

interface Proof {
  /** What is to be done next; null while it looks. */
  readonly next: 'on' | 'off' | 'switch' | 'done' | null;
  readonly cycles?: number;
  take(second: LiveSecond): void;
}

export interface WatchOptions {
  /** For how long at most. */
  seconds: number;
  /** Whose texts: `step.<step>.<next>`. */
  step: string;
}

export async function watch(
  walk: Walk,
  proof: Proof,
  { seconds, step }: WatchOptions,
): Promise<void> {
  const { context, say, questions, stop } = walk;
  let asked: string | null = null;
  let hasEnough = false;
  // What a script has piped in are answers to questions that are still to come.
  if (questions.isTerminal) {
    void untilStopWord(walk).then(() => {
      hasEnough = true;
    });
  }
  for await (const second of liveSeconds(context, seconds)) {
    proof.take(second);
    const { next, cycles = 0 } = proof;
    if (hasEnough || stop.aborted || next === 'done') return;
    if (next === null || next === asked) continue;
    asked = next;
    context.out.paragraph(say(`step.${step}.${next}`, { number: cycles + 1 }), 4);
  }
}

/** Enter gives up waiting; the line is not left for the next question. */
async function untilStopWord({ questions }: Walk): Promise<void> {
  await questions.typed();
}
