/**
 * A voltage tap that is lost: a phase far below nominal while others are normal. The CTs of that phase
 * read nothing then, through no fault of theirs.
 */
import { type Case, Cases, fieldsOf, numberOf } from './cases.ts';
import { Facts, numberOfPhase, rounded } from './facts.ts';
import type { Hypothesis, Rule, RuleContext, Verdict } from './rule.ts';
import type { ChannelSecond, SiteSecond } from './second.ts';
import { Stretch } from './windows.ts';

const LOST = 0.5;
const BACK = 0.8;
const SUSPECTED_MS = 5_000;
const CONFIRMED_MS = 60_000;
const CLEARED_MS = 10_000;

export function voltageMissing({ config }: RuleContext): Rule {
  const facts = new Facts(config);
  const cases = new Cases((meter, phase) => new Tap(meter, phase, facts.nominalV));
  return {
    name: 'voltage_missing',
    take(second, { passedMs, blocked }) {
      const normal = countNormal(second, facts.nominalV);
      for (const channel of second.channels) {
        if (blocked(channel)) continue;
        for (const { phase, voltage_v: volts } of channel.phases) {
          if (volts === null) continue;
          const tap = cases.of(channel.meter, phase);
          cases.settle(tap, tap.take(passedMs, volts, normal > 0));
        }
      }
    },
    found: () => cases.found(),
    hypotheses: () => cases.hypotheses(),
    save: () => cases.save(),
    restore: (saved) => cases.restore(saved, (source) => facts.isKnown(source)),
    forget: (channel) => cases.forget(channel),
  };
}

function countNormal({ channels }: SiteSecond, nominalV: number): number {
  let normal = 0;
  for (const channel of channels) normal += normalPhases(channel, nominalV);
  return normal;
}

function normalPhases({ phases }: ChannelSecond, nominalV: number): number {
  let normal = 0;
  for (const { voltage_v } of phases) {
    if (voltage_v !== null && voltage_v >= BACK * nominalV) normal += 1;
  }
  return normal;
}

class Tap implements Case {
  verdict: Verdict = 'quiet';
  readonly #meter: string;
  readonly #phase: string;
  readonly #nominalV: number;
  readonly #lost = new Stretch();
  readonly #back = new Stretch();
  #volts = 0;

  constructor(meter: string, phase: string, nominalV: number) {
    this.#meter = meter;
    this.#phase = phase;
    this.#nominalV = nominalV;
  }

  take(passedMs: number, volts: number, othersNormal: boolean): Verdict {
    this.#volts = volts;
    this.#back.add(passedMs, volts > BACK * this.#nominalV);
    if (this.verdict === 'quiet') {
      this.#lost.add(passedMs, othersNormal && volts < LOST * this.#nominalV);
    } else if (volts < LOST * this.#nominalV) this.#lost.ms += passedMs;
    if (this.verdict !== 'quiet' && this.#back.ms >= CLEARED_MS) {
      this.#lost.ms = 0;
      return 'quiet';
    }
    if (this.#lost.ms >= CONFIRMED_MS) return 'confirmed';
    return this.#lost.ms >= SUSPECTED_MS ? 'suspected' : 'quiet';
  }

  hypothesis(): Hypothesis | null {
    if (this.#lost.ms === 0) return null;
    const evidence = {
      phase: numberOfPhase(this.#phase),
      voltage_v: rounded(this.#volts, 1),
      nominal_v: this.#nominalV,
      seconds: rounded(this.#lost.ms / 1_000),
    };
    const isLow = this.#volts < LOST * this.#nominalV;
    return {
      id: 'voltage_missing',
      source: this.#meter,
      verdict: this.verdict,
      evidence,
      arguments: [{ key: 'voltage_low', supports: isLow, params: evidence }],
      phases: [this.#phase],
    };
  }

  save(): unknown {
    return { lost_ms: this.#lost.save(), volts: this.#volts };
  }

  restore(saved: unknown): void {
    const { lost_ms, volts } = fieldsOf(saved);
    this.#lost.restore(lost_ms);
    this.#volts = numberOf(volts);
  }
}
