/**
 * The CTs of two legs exchanged, on split phase: both read negative, as if both were turned round. What
 * tells them apart is where the voltage sinks when a load goes on: on the leg that carries it.
 */
import { type Case, Cases, fieldsOf, numberOf } from './cases.ts';
import { Facts, rounded } from './facts.ts';
import type { Hypothesis, Rule, RuleContext, Verdict } from './rule.ts';
import type { ChannelSecond, PhaseSecond } from './second.ts';
import { Share } from './windows.ts';

const POINT_MS = 5_000;
const POINTS = 5;
/** A load this large moves the voltage of its leg by more than chance does, A and V. */
const STEP_A = 4;
const SINKS_V = 0.12;
/** Beside the step neither current moves by more than this share of it. */
const STILL = 0.25;
const NEGATIVE_MS = 3 * 60_000;
const CONFIRMED_MS = 30 * 60_000;
const SUSPECTED_STEPS = 3;
const SURE_STEPS = 6;
/** Steps on the other leg, of all that were clear. */
const NEARLY_ALL = 0.85;
const KEPT_STEPS = 20;

export function exchangedLegs({ config }: RuleContext): Rule {
  const facts = new Facts(config);
  const cases = new Cases((channel) => new Legs(channel));

  return {
    name: 'ct_exchanged_legs',
    take(second, { passedMs, blocked }) {
      if (facts.service !== 'split_phase' || !facts.onlyConsumes(second)) return;
      for (const channel of second.channels) {
        const [a, b] = channel.phases;
        if (a === undefined || b === undefined || !isMains(channel)) continue;
        if (blocked(channel, a.phase) || blocked(channel, b.phase)) continue;
        if (!facts.isSound(a.voltage_v) || !facts.isSound(b.voltage_v)) continue;
        const legs = cases.of(channel.id);
        for (const leg of [a, b]) {
          if (facts.isActive(channel, leg)) legs.note(passedMs, (leg.power_w ?? 0) < 0);
        }
        cases.settle(legs, legs.take(passedMs, a, b));
      }
    },
    found: () => cases.found(),
    hypotheses: () => cases.hypotheses(),
    save: () => cases.save(),
    restore: (saved) => cases.restore(saved, (source) => facts.isKnown(source)),
    forget: (channel) => cases.forget(channel),
  };
}

function isMains({ role, phases }: ChannelSecond): boolean {
  return phases.length === 2 && (role === 'grid' || role === 'subpanel');
}

/** Means of five seconds: the currents of both legs, and the first voltage above the second. */
interface Point {
  firstA: number;
  secondA: number;
  apartV: number;
}

class Legs implements Case {
  verdict: Verdict = 'quiet';
  readonly #channel: string;
  readonly #negative = new Share(NEGATIVE_MS);
  readonly #points: Point[] = [];
  readonly #sum: Point = { firstA: 0, secondA: 0, apartV: 0 };
  #sumMs = 0;
  /** Of the last clear steps, whether the voltage sank on the other leg. */
  #foreign: boolean[] = [];
  #suspectedMs = 0;

  constructor(channel: string) {
    this.#channel = channel;
  }

  note(passedMs: number, isNegative: boolean): void {
    this.#negative.add(passedMs, isNegative);
  }

  take(passedMs: number, a: PhaseSecond, b: PhaseSecond): Verdict {
    if (this.verdict !== 'quiet') this.#suspectedMs += passedMs;
    this.#sum.firstA += passedMs * (a.current_a ?? 0);
    this.#sum.secondA += passedMs * (b.current_a ?? 0);
    this.#sum.apartV += passedMs * ((a.voltage_v ?? 0) - (b.voltage_v ?? 0));
    this.#sumMs += passedMs;
    if (this.#sumMs < POINT_MS) return this.verdict;
    this.#point();
    return this.#judge();
  }

  hypothesis(): Hypothesis | null {
    if (this.#foreign.length === 0) return null;
    const steps = this.#foreign.length;
    const percent = rounded((100 * this.#foreignSteps) / steps);
    const evidence = { steps, percent, phase_a: 1, phase_b: 2, phi_deg: 180 };
    const supports = this.#isNearlyAll;
    return {
      id: 'ct_phase_mismatch',
      source: this.#channel,
      cause: 'swap_180',
      verdict: this.verdict,
      evidence,
      arguments: [
        { key: 'sinks_elsewhere', supports, params: { steps, percent } },
        {
          key: 'power_negative',
          supports: this.#negative.share >= 0.5,
          params: {
            percent: this.#negative.percent,
            minutes: rounded(this.#negative.coveredMs / 60_000),
          },
        },
      ],
    };
  }

  save(): unknown {
    return {
      negative: this.#negative.save(),
      foreign: this.#foreign,
      suspected_ms: this.#suspectedMs,
    };
  }

  restore(saved: unknown): void {
    const { negative, foreign, suspected_ms } = fieldsOf(saved);
    this.#negative.restore(negative);
    if (Array.isArray(foreign)) {
      this.#foreign = foreign.filter((each) => typeof each === 'boolean').slice(-KEPT_STEPS);
    }
    this.#suspectedMs = numberOf(suspected_ms);
  }

  get #foreignSteps(): number {
    return this.#foreign.filter(Boolean).length;
  }

  get #isNearlyAll(): boolean {
    return this.#foreignSteps >= NEARLY_ALL * this.#foreign.length;
  }

  #point(): void {
    const { firstA, secondA, apartV } = this.#sum;
    const ms = this.#sumMs;
    this.#points.push({ firstA: firstA / ms, secondA: secondA / ms, apartV: apartV / ms });
    Object.assign(this.#sum, { firstA: 0, secondA: 0, apartV: 0 });
    this.#sumMs = 0;
    if (this.#points.length < POINTS) return;
    const isForeign = stepIn(this.#points);
    this.#points.splice(0, isForeign === null ? 1 : POINTS - 1);
    if (isForeign === null) return;
    this.#foreign.push(isForeign);
    if (this.#foreign.length > KEPT_STEPS) this.#foreign.shift();
  }

  #judge(): Verdict {
    const steps = this.#foreign.length;
    const last = this.#foreign.slice(-SUSPECTED_STEPS);
    const isOver = last.length === SUSPECTED_STEPS && last.every((isForeign) => !isForeign);
    if (this.#negative.denies || isOver) return this.#leave();
    if (this.verdict === 'confirmed') return 'confirmed';
    if (!this.#negative.holds || steps < SUSPECTED_STEPS || !this.#isNearlyAll) return this.verdict;
    const isSure = steps >= SURE_STEPS && this.#suspectedMs >= CONFIRMED_MS;
    return isSure ? 'confirmed' : 'suspected';
  }

  #leave(): Verdict {
    if (this.verdict !== 'quiet') this.#foreign = [];
    this.#suspectedMs = 0;
    return 'quiet';
  }
}

/** Whether a step's voltage sank on the other leg; null where there is no clear step of one current. */
function stepIn(points: readonly Point[]): boolean | null {
  const [first, before, , after, last] = points;
  if (!first || !before || !after || !last) return null;
  const change = (key: keyof Point) => last[key] - first[key];
  const [byFirst, bySecond] = [change('firstA'), change('secondA')];
  const isOfFirst = Math.abs(byFirst) > Math.abs(bySecond);
  const [size, other] = isOfFirst ? [byFirst, bySecond] : [bySecond, byFirst];
  if (Math.abs(size) < STEP_A || Math.abs(other) > STILL * Math.abs(size)) return null;
  const key = isOfFirst ? 'firstA' : 'secondA';
  const loose = STILL * Math.abs(size);
  const isLevel =
    Math.abs(before[key] - first[key]) <= loose && Math.abs(last[key] - after[key]) <= loose;
  const sunk = change('apartV') * Math.sign(size);
  if (!isLevel || Math.abs(sunk) < SINKS_V) return null;
  // More current on the first leg brings its own voltage down, below the second.
  return isOfFirst ? sunk > 0 : sunk < 0;
}
