/**
 * A CT turned round where power only flows one way: loads, and mains behind which nothing makes power.
 * A hidden generator looks alike while it gives more than is used, so a wire that has long measured
 * right is not suspected unless its sign turned at once, or while nobody looked.
 */
import { type Case, Cases, fieldsOf, numberOf, WHOLE } from './cases.ts';
import { Facts, numberOfPhase, rounded } from './facts.ts';
import type { Gates } from './gates.ts';
import type { Argument, Hypothesis, Rule, RuleContext, Verdict } from './rule.ts';
import type { ChannelSecond, PhaseSecond, SiteSecond } from './second.ts';
import { Share, Steps, Stretch } from './windows.ts';

const SUSPECTED_MS = 5 * 60_000;
const CONFIRMED_MS = 30 * 60_000;
const SURE_STEPS = 2;
const STEP_W = 300;
/** Of a step, W per V: what a current in phase has at least. Below, the step is reactive. */
const STEP_SHARE = 0.5;
/** Below it a sample may be turned by a motor as well as by a CT. */
const LEAST_FACTOR = 0.7;
/**
 * On three phases a negative power of a lesser factor may be a motor's on another phase's voltage as
 * well: half a turn is the best match only above the cosine of 30 degrees. Row 7 looks first.
 */
const HALF_TURN_FACTOR = Math.sqrt(3) / 2;
/** What row 7 looks at, and how long it takes, A and ms. */
const LOOKED_AT_A = 3;
const LOOKED_AT_MS = 10 * 60_000;
/** A share of unclear samples that changes nothing. */
const FEW = 0.1;
/** So much right measurement, and a CT is not thought turned without a sign of it. */
const PROVEN_MS = 10 * 60_000;
/** Right for as long without a break, and whatever was thought before is over. */
const RIGHT_MS = 60_000;
/** A turned CT shows the current it showed before, to this share. */
const SAME_CURRENT = 0.1;
/** After a longer silence anything may have happened to it. */
const AWAY_MS = 10_000;

export function reversedLoad({ config }: RuleContext): Rule {
  const facts = new Facts(config);
  const cases = new Cases((channel, phase) => new Wire(channel, phase, facts.gates(channel)));
  const mayMakePower = facts.has('solar') || facts.has('battery');

  function isOneWay({ role }: ChannelSecond, second: SiteSecond): boolean {
    if (role === 'load' || role === 'ev') return true;
    if (role === 'grid') return !mayMakePower;
    return role === 'subpanel' && facts.onlyConsumes(second);
  }

  function takePhase(channel: ChannelSecond, phase: PhaseSecond, time: Time): void {
    const { voltage_v: volts, current_a: amps, power_w: watts } = phase;
    if (watts === null || amps === null || !facts.isSound(volts)) return;
    const wire = cases.of(channel.id, phase.phase);
    const active = facts.isActive(channel, phase);
    const maySwap = facts.service === 'three_phase' && channel.phases.length > 1;
    cases.settle(wire, wire.take(time, { watts, amps, volts: volts ?? 0, active, maySwap }));
  }

  return {
    name: 'ct_reversed_load',
    take(second, { passedMs, blocked }) {
      const time = { passedMs, monoMs: second.monoMs };
      for (const channel of second.channels) {
        if (!isOneWay(channel, second)) continue;
        for (const phase of channel.phases) {
          if (!blocked(channel, phase.phase)) takePhase(channel, phase, time);
        }
        if (channel.phases.length > 0 || channel.powerW === null || blocked(channel)) continue;
        const wire = cases.of(channel.id, WHOLE);
        cases.settle(wire, wire.takePower(time, channel.powerW));
      }
    },
    found: () => cases.found(),
    hypotheses: () => cases.hypotheses(),
    save: () => cases.save(),
    restore: (saved) => cases.restore(saved, (source) => facts.isKnown(source)),
    forget: (channel) => cases.forget(channel),
  };
}

interface Time {
  passedMs: number;
  monoMs: number;
}

interface Sample {
  watts: number;
  amps: number;
  volts: number;
  active: boolean;
  /** Its CT may be paired with another phase's voltage. */
  maySwap: boolean;
}

class Wire implements Case {
  verdict: Verdict = 'quiet';
  readonly #channel: string;
  readonly #phase: string;
  readonly #gates: Gates;
  readonly #short = new Share(SUSPECTED_MS);
  readonly #long = new Share(CONFIRMED_MS);
  /** Negative since it last measured right, and how much of it another phase would explain. */
  #backMs = 0;
  #unclearMs = 0;
  readonly #steps = new Steps(STEP_W);
  /** Steps up of the current that made the power fall, and rise. */
  #down = 0;
  #up = 0;
  #forwardMs = 0;
  readonly #forward = new Stretch();
  /** Turned round between two samples, with the current it had, or while nobody looked. */
  #turned = false;
  /** When it was last seen, and last seen to carry something, monotonic ms. */
  #seenMs = Number.NEGATIVE_INFINITY;
  #activeMs = Number.NEGATIVE_INFINITY;
  /** Nobody looked for a while, since it last carried something. */
  #unwatched = true;
  #last = { watts: 0, amps: 0, factor: 1 };

  constructor(channel: string, phase: string, gates: Gates) {
    this.#channel = channel;
    this.#phase = phase;
    this.#gates = gates;
  }

  take(time: Time, { watts, amps, volts, active, maySwap }: Sample): Verdict {
    this.#look(time);
    this.#noteStep(time.passedMs, { watts, amps, volts });
    const factor = watts / Math.max(1, volts * amps);
    if (!active || Math.abs(factor) < LEAST_FACTOR) return this.verdict;
    const isUnclear = maySwap && watts < 0 && -factor < HALF_TURN_FACTOR;
    if (isUnclear && amps < LOOKED_AT_A) return this.verdict;
    if (watts < 0) this.#backMs += time.passedMs;
    if (isUnclear) this.#unclearMs += time.passedMs;
    return this.#note(time, { watts, amps, factor });
  }

  /** A source that tells no currents: its sign alone, which never makes it sure. */
  takePower(time: Time, watts: number): Verdict {
    this.#look(time);
    if (Math.abs(watts) < this.#gates.leastW) return this.verdict;
    return this.#note(time, { watts, amps: 0, factor: 1 });
  }

  hypothesis(): Hypothesis | null {
    if (this.#short.coveredMs === 0) return null;
    const evidence = {
      ...(this.#phase === WHOLE ? {} : { phase: numberOfPhase(this.#phase) }),
      percent: this.#short.percent,
      minutes: rounded((this.#long.share * this.#long.coveredMs) / 60_000),
      power_w: rounded(this.#last.watts),
      power_factor: rounded(this.#last.factor, 2),
      least_w: rounded(this.#gates.leastW),
      steps: this.#down,
    };
    return {
      id: 'ct_reversed',
      source: this.#channel,
      verdict: this.verdict,
      evidence,
      arguments: this.#arguments(),
      ...(this.#phase === WHOLE ? {} : { phases: [this.#phase] }),
    };
  }

  save(): unknown {
    return {
      short: this.#short.save(),
      long: this.#long.save(),
      down: this.#down,
      up: this.#up,
      forward_ms: this.#forwardMs,
      back_ms: this.#backMs,
      unclear_ms: this.#unclearMs,
      turned: this.#turned,
      last: this.#last,
    };
  }

  restore(saved: unknown): void {
    const of = fieldsOf(saved);
    const last = fieldsOf(of.last);
    this.#short.restore(of.short);
    this.#long.restore(of.long);
    this.#down = numberOf(of.down);
    this.#up = numberOf(of.up);
    this.#forwardMs = numberOf(of.forward_ms);
    this.#backMs = numberOf(of.back_ms);
    this.#unclearMs = numberOf(of.unclear_ms);
    this.#turned = of.turned === true;
    this.#last = {
      watts: numberOf(last.watts),
      amps: numberOf(last.amps),
      factor: numberOf(last.factor),
    };
  }

  #look({ monoMs }: Time): void {
    if (monoMs - this.#seenMs > AWAY_MS) this.#unwatched = true;
    this.#seenMs = monoMs;
  }

  #note({ passedMs, monoMs }: Time, now: { watts: number; amps: number; factor: number }): Verdict {
    const isBackward = now.watts < 0;
    if (isBackward && this.#last.watts > 0) this.#noteTurn(now.amps, monoMs - this.#activeMs);
    this.#short.add(passedMs, isBackward);
    this.#long.add(passedMs, isBackward);
    this.#forward.add(passedMs, !isBackward);
    if (!isBackward) this.#noteForward(passedMs);
    this.#activeMs = monoMs;
    this.#unwatched = false;
    this.#last = now;
    return this.#judge();
  }

  /** A CT that is turned round measures nothing right any more: what does is a wire that gives at times. */
  #noteForward(passedMs: number): void {
    this.#forwardMs += passedMs;
    if (this.#forward.ms >= RIGHT_MS) this.#begin();
  }

  #noteTurn(amps: number, agoMs: number): void {
    const isSame = Math.abs(amps - this.#last.amps) <= SAME_CURRENT * this.#last.amps;
    this.#turned = this.#unwatched || (isSame && agoMs <= AWAY_MS);
  }

  #noteStep(passedMs: number, { watts, amps, volts }: Omit<Sample, 'active' | 'maySwap'>): void {
    const step = this.#steps.add(passedMs, watts, amps);
    if (step === null || step.amps < (STEP_SHARE * STEP_W) / Math.max(1, volts)) return;
    if (step.powerW < 0 && watts < 0) this.#down += 1;
    else if (step.powerW > 0) this.#up += 1;
  }

  #judge(): Verdict {
    if (this.#short.denies || (this.verdict === 'suspected' && this.#short.fails)) {
      return 'quiet';
    }
    if (this.verdict === 'confirmed') return 'confirmed';
    if (!this.#short.holds || !this.#isLikely()) return this.verdict;
    return this.#long.holds && this.#down >= SURE_STEPS ? 'confirmed' : 'suspected';
  }

  /** What has long measured right may see a generator: not without a sign that it was turned. */
  #isLikely(): boolean {
    if (this.#up > this.#down) return false;
    if (this.#unclearMs > FEW * this.#backMs && this.#backMs < LOOKED_AT_MS) return false;
    return this.#turned || this.#forwardMs < PROVEN_MS;
  }

  #begin(): void {
    this.#backMs = 0;
    this.#unclearMs = 0;
    this.#down = 0;
    this.#up = 0;
    this.#turned = false;
  }

  #arguments(): Argument[] {
    const { percent } = this.#short;
    const said: Argument[] = [
      {
        key: 'power_negative',
        supports: percent >= 50,
        params: { percent, minutes: rounded(this.#short.coveredMs / 60_000) },
      },
      {
        key: 'steps_down',
        supports: this.#down > this.#up,
        params: { down: this.#down, up: this.#up },
      },
    ];
    if (this.#forwardMs >= PROVEN_MS) {
      const hours = rounded(this.#forwardMs / 3_600_000, 1);
      said.push({ key: 'right_before', supports: false, params: { hours } });
    }
    return said;
  }
}
