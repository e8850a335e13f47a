/**
 * One input of a meter and its silence: since when it reads no current, what moved elsewhere meanwhile,
 * and whether it ever falls silent by itself.
 */
import { type Case, fieldsOf, numberOf } from './cases.ts';
import { numberOfPhase, rounded } from './facts.ts';
import type { Gates } from './gates.ts';
import type { Argument, Hypothesis, Verdict } from './rule.ts';
import { Share, Stretch } from './windows.ts';

/** Why a silence cannot be true. */
export type Proof = 'other_leg' | 'home_negative' | 'mains_zero';

const PROOF_KEYS: Record<Proof, string> = {
  other_leg: 'other_leg',
  home_negative: 'home_negative_meanwhile',
  mains_zero: 'mains_zero',
};

const SUSPECTED_MS = 60_000;
const CONFIRMED_MS = 5 * 60_000;
/** How long a proof has to be seen in all: one second of skew proves nothing. */
const PROVEN_MS = 20_000;
const BACK_MS = 10_000;
const MOVED_W = 200;
/** An input that has not carried anything for as long has no history to be judged by. */
const REMEMBERED_MS = 7 * 86_400_000;
/** What has never spoken for this long may be a wire that is mostly idle. */
const TALKED_MS = 3 * 60_000;
/** Two legs that were alike for as long are those of one load. */
const PAIR_MS = 3 * 60_000;
/** A wire that has come back from as many silences by itself is idle at times. */
const USUAL_RETURNS = 2;
/** Hum has current but hardly power; a small load has both, W and share of what the noise would be. */
const HUM_W = 5;
const HUM_SHARE = 0.25;

export interface Sample {
  volts: number;
  amps: number;
  watts: number;
  /** Carries enough to be judged by. */
  active: boolean;
  /** Whether it carries about what the other leg of its pair does; null where one of them rests. */
  alike: boolean | null;
  /** Whether this kind of input may be judged by its silence now. */
  judgeable: boolean;
  proof: Proof | null;
  /** The powers of all inputs of the site, W, and which of them is this one. */
  powers: Float64Array;
  own: number;
}

export class SilentInput implements Case {
  verdict: Verdict = 'quiet';
  readonly #channel: string;
  readonly #phase: string;
  readonly #gates: Gates;
  readonly #back = new Stretch();
  readonly #alike = new Share(PAIR_MS);
  #silentMs = 0;
  #provenMs = 0;
  #proof: Proof | null = null;
  #movedW = 0;
  #lows: number[] = [];
  #highs: number[] = [];
  /** Time seen since it last carried anything, ms; null where it never has. */
  #idleMs: number | null = null;
  #talkedMs = 0;
  #returns = 0;
  #wasSilentMs = 0;
  #last = { volts: 0, amps: 0 };

  constructor(channel: string, phase: string, gates: Gates) {
    this.#channel = channel;
    this.#phase = phase;
    this.#gates = gates;
  }

  take(passedMs: number, sample: Sample): Verdict {
    this.#last.volts = sample.volts;
    this.#last.amps = sample.amps;
    if (sample.active) this.#idleMs = 0;
    else if (this.#idleMs !== null) this.#idleMs += passedMs;
    if (sample.alike !== null) this.#alike.add(passedMs, sample.alike);
    return this.#isSilent(sample)
      ? this.#takeSilent(passedMs, sample)
      : this.#takeTalk(passedMs, sample);
  }

  /** Whether it is idle by itself at times, so that one more silence tells nothing. */
  get isOftenIdle(): boolean {
    return this.#returns >= USUAL_RETURNS || this.#talkedMs < TALKED_MS;
  }

  /** Whether it has carried what the other leg carried: a load or an inverter of both. */
  get isPaired(): boolean {
    return this.#alike.holds;
  }

  hypothesis(): Hypothesis | null {
    if (this.#silentMs === 0) return null;
    const phase = numberOfPhase(this.#phase);
    const evidence = {
      phase,
      current_a: rounded(this.#last.amps, 2),
      minutes: rounded(this.#silentMs / 60_000),
      voltage_v: rounded(this.#last.volts, 1),
      moved_w: rounded(this.#movedW),
    };
    return {
      id: 'ct_unplugged',
      source: this.#channel,
      verdict: this.verdict,
      evidence,
      arguments: this.#arguments(evidence),
      phases: [this.#phase],
    };
  }

  save(): unknown {
    return {
      silent_ms: this.#silentMs,
      proven_ms: this.#provenMs,
      proof: this.#proof,
      moved_w: this.#movedW,
      idle_ms: this.#idleMs,
      talked_ms: this.#talkedMs,
      returns: this.#returns,
      alike: this.#alike.save(),
    };
  }

  restore(saved: unknown): void {
    const of = fieldsOf(saved);
    this.#silentMs = numberOf(of.silent_ms);
    this.#provenMs = numberOf(of.proven_ms);
    this.#proof = isProof(of.proof) ? of.proof : null;
    this.#movedW = numberOf(of.moved_w);
    this.#idleMs = typeof of.idle_ms === 'number' ? of.idle_ms : null;
    this.#talkedMs = numberOf(of.talked_ms);
    this.#returns = numberOf(of.returns);
    this.#alike.restore(of.alike);
  }

  #isSilent({ volts, amps, watts }: Sample): boolean {
    const { noiseA } = this.#gates;
    return amps < noiseA && Math.abs(watts) < Math.max(HUM_W, HUM_SHARE * volts * noiseA);
  }

  #takeSilent(passedMs: number, sample: Sample): Verdict {
    this.#back.ms = 0;
    this.#wasSilentMs += passedMs;
    if (!sample.judgeable && sample.proof === null) {
      if (this.verdict === 'quiet') this.#begin();
      return this.verdict;
    }
    this.#silentMs += passedMs;
    this.#noteMovement(sample);
    if (sample.proof !== null) {
      this.#provenMs += passedMs;
      this.#proof = sample.proof;
    }
    return this.#judge();
  }

  #takeTalk(passedMs: number, { amps }: Sample): Verdict {
    this.#talkedMs += passedMs;
    const isBack = amps > 2 * this.#gates.noiseA;
    this.#back.add(passedMs, isBack);
    if (this.verdict !== 'quiet' && this.#back.ms < BACK_MS) return this.verdict;
    // A silence that was proven wrong is not one that is usual here.
    if (this.#wasSilentMs >= SUSPECTED_MS && this.verdict !== 'confirmed') this.#returns += 1;
    this.#wasSilentMs = 0;
    this.#begin();
    return 'quiet';
  }

  #begin(): void {
    if (this.#silentMs === 0 && this.#lows.length === 0) return;
    this.#silentMs = 0;
    this.#provenMs = 0;
    this.#proof = null;
    this.#movedW = 0;
    this.#lows = [];
    this.#highs = [];
  }

  #noteMovement({ powers, own }: Sample): void {
    for (let index = 0; index < powers.length; index++) {
      const watts = powers[index] ?? Number.NaN;
      if (index === own || Number.isNaN(watts)) continue;
      const low = Math.min(this.#lows[index] ?? watts, watts);
      const high = Math.max(this.#highs[index] ?? watts, watts);
      this.#lows[index] = low;
      this.#highs[index] = high;
      if (high - low > this.#movedW) this.#movedW = high - low;
    }
  }

  #judge(): Verdict {
    const isRemembered = this.#idleMs !== null && this.#idleMs < REMEMBERED_MS;
    if (!isRemembered || this.#silentMs < SUSPECTED_MS) return this.verdict;
    const isProven = this.#provenMs >= PROVEN_MS;
    if (isProven && this.#silentMs >= CONFIRMED_MS) return 'confirmed';
    if (this.verdict !== 'quiet') return this.verdict;
    return isProven || (this.#movedW > MOVED_W && !this.isOftenIdle) ? 'suspected' : 'quiet';
  }

  #arguments(evidence: Record<string, number>): Argument[] {
    const { current_a, minutes, voltage_v, moved_w } = evidence;
    const said = (key: string, supports: boolean, params: Argument['params']) => ({
      key,
      supports,
      params,
    });
    return [
      said('silent', true, { current_a: current_a ?? 0, minutes: minutes ?? 0 }),
      said('voltage_normal', true, { voltage_v: voltage_v ?? 0 }),
      said('others_moved', this.#movedW > MOVED_W, { moved_w: moved_w ?? 0 }),
      ...(this.#idleMs === null
        ? [said('never_active', false, {})]
        : [
            said('active_before', this.#idleMs < REMEMBERED_MS, {
              hours: rounded(this.#idleMs / 3_600_000, 1),
            }),
          ]),
      ...(this.#returns > 0 ? [said('idle_at_times', false, { count: this.#returns })] : []),
      ...(this.#proof === null
        ? [said('unproven', false, {})]
        : [said(PROOF_KEYS[this.#proof], true, { seconds: rounded(this.#provenMs / 1_000) })]),
    ];
  }
}

function isProof(value: unknown): value is Proof {
  return value === 'other_leg' || value === 'home_negative' || value === 'mains_zero';
}
