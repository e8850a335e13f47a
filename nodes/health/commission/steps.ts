/**
 * Finds the moments at which something large is switched: what flowed before, and what flows after it
 * has settled. Medians of short windows: what a fridge does meanwhile moves them little.
 */
import type { SiteSecond } from '../doctor/second.ts';
import { type Flow, flowsOf, medianOf } from './inputs.ts';

export interface Step {
  /** When it began, monotonic ms. */
  monoMs: number;
  before: Map<string, Flow>;
  after: Map<string, Flow>;
}

export interface StepOptions {
  /** From how many watts at one input on it counts. */
  leastW: number;
  /** Whether a step of that input counts; all are measured. */
  isTrigger: (input: string) => boolean;
  /** How long is averaged before and after, ms. */
  windowMs: number;
  /** From the first change until the window after it begins, ms. */
  settleMs: number;
}

interface Sample {
  monoMs: number;
  flows: Map<string, Flow>;
}

export class StepFinder {
  readonly #options: StepOptions;
  #samples: Sample[] = [];
  #moving: { monoMs: number; before: Map<string, Flow> } | null = null;

  constructor(options: StepOptions) {
    this.#options = options;
  }

  /** Whether it knows what flows now, and would see a step. */
  get isReady(): boolean {
    return this.#moving === null && this.#covered >= this.#options.windowMs;
  }

  /** @returns a step, once it has settled */
  take(second: Pick<SiteSecond, 'monoMs' | 'channels'>): Step | null {
    const { monoMs } = second;
    const flows = flowsOf(second);
    const base = this.isReady ? mediansOf(this.#samples) : null;
    this.#samples.push({ monoMs, flows });
    if (base !== null && this.#isFar(base, flows)) {
      this.#moving = { monoMs, before: base };
      this.#samples = [];
    }
    this.#dropOld(monoMs);
    return this.#moving === null ? null : this.#settled(this.#moving, monoMs);
  }

  #settled(moving: { monoMs: number; before: Map<string, Flow> }, monoMs: number): Step | null {
    const { settleMs, windowMs } = this.#options;
    if (monoMs - moving.monoMs < settleMs + windowMs) return null;
    const after = mediansOf(this.#samples);
    this.#moving = null;
    // What was only a spike has gone back by now.
    return this.#isFar(moving.before, after) ? { ...moving, after } : null;
  }

  get #covered(): number {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    return first && last ? last.monoMs - first.monoMs : 0;
  }

  #dropOld(monoMs: number): void {
    const from = monoMs - this.#options.windowMs;
    // One at the window's very edge stays, so that it is covered.
    while ((this.#samples[1]?.monoMs ?? monoMs) <= from) this.#samples.shift();
  }

  #isFar(before: Map<string, Flow>, after: Map<string, Flow>): boolean {
    const { leastW, isTrigger } = this.#options;
    for (const [input, { watts }] of after) {
      const was = before.get(input);
      if (was && isTrigger(input) && Math.abs(watts - was.watts) >= leastW) return true;
    }
    return false;
  }
}

/** Of each input over the samples; an input that is missing in half of them is left out. */
function mediansOf(samples: readonly Sample[]): Map<string, Flow> {
  const names = new Set(samples.flatMap(({ flows }) => [...flows.keys()]));
  const medians = new Map<string, Flow>();
  for (const name of names) {
    const seen = samples.flatMap(({ flows }) => flows.get(name) ?? []);
    if (seen.length * 2 < samples.length) continue;
    const vars = seen.flatMap((flow) => flow.vars ?? []);
    medians.set(name, {
      watts: medianOf(seen.map(({ watts }) => watts)),
      vars: vars.length === seen.length ? medianOf(vars) : null,
    });
  }
  return medians;
}

/** How far an input went, W and var; null where it was not measured throughout. */
export function changeOf({ before, after }: Step, input: string): Flow | null {
  const [was, is] = [before.get(input), after.get(input)];
  if (!was || !is) return null;
  const vars = was.vars === null || is.vars === null ? null : is.vars - was.vars;
  return { watts: is.watts - was.watts, vars };
}
