/**
 * The cases of a rule: what it knows of each input (or channel, or meter) that it judges. Keeps what
 * every rule does alike: finding a case, telling what was found, saving, forgetting.
 */
import type { Claim, Hypothesis, Verdict } from './rule.ts';

export interface Case {
  verdict: Verdict;
  /** Null while there is nothing to be said for or against. */
  hypothesis(): Hypothesis | null;
  save(): unknown;
  restore(saved: unknown): void;
}

/** The part that stands for a whole channel or meter. */
export const WHOLE = '';

export class Cases<C extends Case> {
  readonly #make: (source: string, part: string) => C;
  readonly #bySource = new Map<string, Map<string, C>>();
  #found: readonly Claim[] = [];
  #changed = false;

  /** @param make  a new case; `part` is the phase it is of, or `WHOLE` */
  constructor(make: (source: string, part: string) => C) {
    this.#make = make;
  }

  of(source: string, part: string = WHOLE): C {
    let parts = this.#bySource.get(source);
    if (parts === undefined) {
      parts = new Map();
      this.#bySource.set(source, parts);
    }
    let known = parts.get(part);
    if (known === undefined) {
      known = this.#make(source, part);
      parts.set(part, known);
    }
    return known;
  }

  *all(): Generator<C> {
    for (const parts of this.#bySource.values()) yield* parts.values();
  }

  settle(each: C, verdict: Verdict): void {
    if (each.verdict === verdict) return;
    each.verdict = verdict;
    this.#changed = true;
  }

  /** To be said where a claim has changed in something but its verdict. */
  renew(): void {
    this.#changed = true;
  }

  found(): readonly Claim[] {
    if (!this.#changed) return this.#found;
    this.#changed = false;
    this.#found = this.hypotheses()
      .filter(({ verdict }) => verdict !== 'quiet')
      .map(({ evidence: _evidence, arguments: _arguments, ...claim }) => claim);
    return this.#found;
  }

  hypotheses(): Hypothesis[] {
    return [...this.all()].flatMap((each) => each.hypothesis() ?? []);
  }

  save(): Record<string, Record<string, unknown>> {
    const saved: Record<string, Record<string, unknown>> = {};
    for (const [source, parts] of this.#bySource) {
      saved[source] = Object.fromEntries(
        [...parts].map(([part, each]) => [part, { verdict: each.verdict, of: each.save() }]),
      );
    }
    return saved;
  }

  /** @param isKnown  whether a source is still configured */
  restore(saved: unknown, isKnown: (source: string) => boolean): void {
    for (const [source, parts] of entriesOf(saved)) {
      if (!isKnown(source)) continue;
      for (const [part, written] of entriesOf(parts)) {
        const { verdict, of } = fieldsOf(written);
        if (verdict !== 'quiet' && verdict !== 'suspected' && verdict !== 'confirmed') continue;
        const each = this.of(source, part);
        each.restore(of);
        this.settle(each, verdict);
      }
    }
  }

  /** Forgets a channel, and what was known of its meter as a whole. */
  forget(channel: string): void {
    for (const source of [channel, channel.slice(0, channel.indexOf('/'))]) {
      if (this.#bySource.delete(source)) this.#changed = true;
    }
  }
}

export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function entriesOf(value: unknown): [string, unknown][] {
  return Object.entries(fieldsOf(value));
}
