/**
 * One leg of a pair turned round: what feeds or draws from both legs alike (an inverter, a 240 V load)
 * reads about the same on each, one of them negative.
 */
import type { Phase } from '../../meter/reading.ts';
import { type Case, Cases, fieldsOf, numberOf } from './cases.ts';
import { Facts, numberOfPhase, rounded } from './facts.ts';
import type { Hypothesis, Rule, RuleContext, Verdict } from './rule.ts';
import type { ChannelSecond, PhaseSecond } from './second.ts';
import { Share } from './windows.ts';

const SUSPECTED_MS = 5 * 60_000;
const CONFIRMED_MS = 30 * 60_000;
/** The legs of a pair differ by no more than this share. */
const ALIKE = 0.2;
/** After as long a break it has come back on another day. */
const BREAK_MS = 8 * 3_600_000;

export function reversedLeg({ config }: RuleContext): Rule {
  const facts = new Facts(config);
  const cases = new Cases((channel) => new Pair(channel));

  function carries(channel: ChannelSecond, { power_w, voltage_v }: PhaseSecond): boolean {
    if (power_w === null || !facts.isSound(voltage_v)) return false;
    return Math.abs(power_w) >= facts.gates(channel.id).leastW;
  }

  return {
    name: 'ct_reversed_leg',
    take({ channels, wallMs }, { passedMs, blocked }) {
      if (facts.service !== 'split_phase') return;
      for (const channel of channels) {
        const [a, b] = channel.phases;
        if (a === undefined || b === undefined || !isPair(channel)) continue;
        if (!carries(channel, a) || !carries(channel, b)) continue;
        if (blocked(channel, a.phase) || blocked(channel, b.phase)) continue;
        const pair = cases.of(channel.id);
        const before = pair.turned;
        cases.settle(pair, pair.take(passedMs, [a, b], wallMs));
        if (before !== pair.turned) cases.renew();
      }
    },
    found: () => cases.found(),
    hypotheses: () => cases.hypotheses(),
    save: () => cases.save(),
    restore: (saved) => cases.restore(saved, (source) => facts.isKnown(source)),
    forget: (channel) => cases.forget(channel),
  };
}

/** Mains legs carry different loads, and so may those of a subpanel. */
function isPair({ role, phases }: ChannelSecond): boolean {
  return phases.length === 2 && (role === 'solar' || role === 'load' || role === 'ev');
}

class Pair implements Case {
  verdict: Verdict = 'quiet';
  /** The leg that reads negative. */
  turned: Phase = 'l1';
  readonly #channel: string;
  readonly #short = new Share(SUSPECTED_MS);
  readonly #long = new Share(CONFIRMED_MS);
  #watts = 0;
  #otherW = 0;
  /** When it was last suspected, wall clock, ms; 0: never. */
  #suspectedMs = 0;

  constructor(channel: string) {
    this.#channel = channel;
  }

  take(passedMs: number, [a, b]: [PhaseSecond, PhaseSecond], wallMs: number | null): Verdict {
    const [first, second] = [a.power_w ?? 0, b.power_w ?? 0];
    const isOpposite = first * second < 0;
    const gapW = Math.abs(Math.abs(first) - Math.abs(second));
    const isAlike = gapW <= ALIKE * Math.max(Math.abs(first), Math.abs(second));
    // Opposite and unlike is neither a pair in order nor one leg turned round.
    if (isOpposite && !isAlike && this.verdict === 'quiet') this.#short.add(passedMs, false);
    else if (!isOpposite || isAlike) {
      this.#short.add(passedMs, isOpposite);
      this.#long.add(passedMs, isOpposite);
    }
    if (isOpposite && isAlike) {
      this.turned = first < 0 ? a.phase : b.phase;
      this.#watts = Math.min(first, second);
      this.#otherW = Math.max(first, second);
    }
    return this.#judge(wallMs);
  }

  hypothesis(): Hypothesis | null {
    if (this.#short.coveredMs === 0) return null;
    const { percent } = this.#short;
    const minutes = rounded((this.#long.share * this.#long.coveredMs) / 60_000);
    const legs = { power_w: rounded(this.#watts), other_w: rounded(this.#otherW) };
    return {
      id: 'ct_reversed',
      source: this.#channel,
      verdict: this.verdict,
      evidence: { phase: numberOfPhase(this.turned), percent, minutes, ...legs },
      arguments: [
        { key: 'legs_opposite', supports: percent >= 50, params: { percent, minutes, ...legs } },
      ],
      phases: [this.turned],
    };
  }

  save(): unknown {
    return {
      short: this.#short.save(),
      long: this.#long.save(),
      turned: this.turned,
      watts: this.#watts,
      other_w: this.#otherW,
      suspected_ms: this.#suspectedMs,
    };
  }

  restore(saved: unknown): void {
    const { short, long, turned, watts, other_w, suspected_ms } = fieldsOf(saved);
    this.#short.restore(short);
    this.#long.restore(long);
    this.turned = turned === 'l2' || turned === 'l3' ? turned : 'l1';
    this.#watts = numberOf(watts);
    this.#otherW = numberOf(other_w);
    this.#suspectedMs = numberOf(suspected_ms);
  }

  #judge(wallMs: number | null): Verdict {
    if (this.#short.denies || (this.verdict === 'suspected' && this.#short.fails)) {
      if (this.verdict !== 'quiet') this.#long.clear();
      return 'quiet';
    }
    if (this.verdict === 'confirmed' || !this.#short.holds) return this.verdict;
    return this.#long.holds || this.#isRepeated(wallMs) ? 'confirmed' : 'suspected';
  }

  /** Whether it was so on an earlier day as well. */
  #isRepeated(wallMs: number | null): boolean {
    if (wallMs === null) return false;
    const isRepeated = this.#suspectedMs > 0 && wallMs - this.#suspectedMs > BREAK_MS;
    this.#suspectedMs = wallMs;
    return isRepeated;
  }
}
