/**
 * A CT that is unplugged or off its wire: current at noise while it cannot be. An input that falls
 * silent now and then by itself is not judged by its silence, and without a proof nothing is certain:
 * an inverter may be off.
 */
import type { Phase } from '../../meter/reading.ts';
import { Cases } from './cases.ts';
import { Facts } from './facts.ts';
import type { Rule, RuleContext, Surroundings } from './rule.ts';
import type { ChannelSecond, PhaseSecond, SiteSecond } from './second.ts';
import { type Proof, SilentInput } from './silent-input.ts';

/** The other leg of a pair carries this much: it is no silence of both, W. */
const OTHER_LEG_W = 500;
/** As far below zero the home cannot be: W, and a share of what solar and mains carry. */
const IMPOSSIBLE_W = 50;
const IMPOSSIBLE_SHARE = 0.03;
/** Solar of this size is not used up to the last watt for minutes, W. */
const MUCH_SOLAR_W = 200;
/** Legs of one load differ by no more than this share. */
const ALIKE = 0.2;
/** A battery that gives or takes less is not holding the mains at zero, W. */
const RESTING_W = 20;

export function unplugged(context: RuleContext): Rule {
  return new Unplugged(new Facts(context.config));
}

class Unplugged implements Rule {
  readonly name = 'ct_unplugged';
  readonly #facts: Facts;
  readonly #cases: Cases<SilentInput>;
  /** Power of each input of the site, W, in the order of the second; NaN where not known. */
  #powers = new Float64Array(0);

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#cases = new Cases((channel, phase) => {
      return new SilentInput(channel, phase, facts.gates(channel));
    });
  }

  take(second: SiteSecond, { passedMs, blocked }: Surroundings): void {
    this.#gather(second);
    const mainsSilent = this.#areMainsSilent(second);
    let own = 0;
    for (const channel of second.channels) {
      for (const phase of channel.phases) {
        const index = own++;
        const { voltage_v: volts, current_a: amps, power_w: watts } = phase;
        if (volts === null || amps === null || watts === null) continue;
        if (!this.#facts.isSound(volts) || blocked(channel, phase.phase)) continue;
        const input = this.#cases.of(channel.id, phase.phase);
        const verdict = input.take(passedMs, {
          volts,
          amps,
          watts,
          active: this.#facts.isActive(channel, phase),
          alike: this.#areAlike(channel),
          judgeable: this.#isJudgeable(channel, second),
          proof: this.#proofOf({ channel, phase: phase.phase, second, mainsSilent, input }),
          powers: this.#powers,
          own: index,
        });
        this.#cases.settle(input, verdict);
      }
      if (channel.phases.length === 0) own++;
    }
  }

  found = () => this.#cases.found();
  hypotheses = () => this.#cases.hypotheses();
  save = () => this.#cases.save();
  restore = (saved: unknown) => this.#cases.restore(saved, (source) => this.#facts.isKnown(source));
  forget = (channel: string) => this.#cases.forget(channel);

  #gather({ channels }: SiteSecond): void {
    let count = 0;
    for (const { phases } of channels) count += Math.max(1, phases.length);
    if (this.#powers.length !== count) this.#powers = new Float64Array(count);
    let index = 0;
    for (const { phases, powerW } of channels) {
      if (phases.length === 0) this.#powers[index++] = powerW ?? Number.NaN;
      for (const { power_w } of phases) this.#powers[index++] = power_w ?? Number.NaN;
    }
  }

  #areMainsSilent({ channels }: SiteSecond): boolean {
    let seen = false;
    for (const channel of channels) {
      if (channel.role !== 'grid') continue;
      const { noiseA } = this.#facts.gates(channel.id);
      for (const { current_a } of channel.phases) {
        if (current_a === null || current_a >= noiseA) return false;
        seen = true;
      }
    }
    return seen;
  }

  /**
   * Whether silence alone may make one suspicious. A circuit may be switched off, a battery may hold
   * the mains at zero, solar rests outside the day, and where it does not, it is the grid's CTs.
   */
  #isJudgeable({ role }: ChannelSecond, second: SiteSecond): boolean {
    const { daylight, batteryW, solarRawW } = second;
    if (role === 'solar') return daylight === 'day';
    if (daylight !== 'day' && (solarRawW ?? 0) > MUCH_SOLAR_W) return false;
    return role === 'grid' && batteryW !== null && Math.abs(batteryW) < RESTING_W;
  }

  /** Whether the two legs of a circuit carry about the same; null where one of them rests. */
  #areAlike({ id, role, phases }: ChannelSecond): boolean | null {
    const [a, b] = phases;
    if (phases.length !== 2 || (role !== 'load' && role !== 'ev')) return null;
    const first = Math.abs(a?.power_w ?? 0);
    const second = Math.abs(b?.power_w ?? 0);
    if (Math.min(first, second) < this.#facts.gates(id).leastW) return null;
    return Math.abs(first - second) <= ALIKE * Math.max(first, second);
  }

  #proofOf({ channel, phase, second, mainsSilent, input }: Situation): Proof | null {
    if (channel.role === 'solar') {
      if (second.daylight !== 'day') return null;
      if (otherLegCarries(channel, phase)) return 'other_leg';
      return isImpossible(second) && (second.solarRawW ?? 0) < MUCH_SOLAR_W
        ? 'home_negative'
        : null;
    }
    if (channel.role === 'load' || channel.role === 'ev') {
      return input.isPaired && otherLegCarries(channel, phase) ? 'other_leg' : null;
    }
    if (channel.role !== 'grid') return null;
    if (mainsSilent) return this.#cannotBeZero(second) ? 'mains_zero' : null;
    const isPair = this.#facts.service === 'split_phase' && !input.isOftenIdle;
    return isPair && otherLegCarries(channel, phase) ? 'other_leg' : null;
  }

  /** Mains at zero: not while solar makes what nobody can use to the watt, or circuits draw more. */
  #cannotBeZero({ channels, daylight, solarRawW, batteryW }: SiteSecond): boolean {
    const solarW = Math.max(0, solarRawW ?? 0);
    if (!this.#facts.has('battery') && solarW > MUCH_SOLAR_W) return daylight === 'day';
    let drawnW = 0;
    for (const { role, powerW } of channels) {
      if (role === 'load' || role === 'ev' || role === 'subpanel') drawnW += powerW ?? 0;
    }
    return drawnW > solarW + (batteryW ?? 0) + MUCH_SOLAR_W;
  }
}

interface Situation {
  channel: ChannelSecond;
  phase: Phase;
  second: SiteSecond;
  mainsSilent: boolean;
  input: SilentInput;
}

function otherLegCarries({ phases }: ChannelSecond, phase: PhaseSecond['phase']): boolean {
  for (const other of phases) {
    if (other.phase !== phase && Math.abs(other.power_w ?? 0) > OTHER_LEG_W) return true;
  }
  return false;
}

/** The home would give power: somewhere power is made that is not measured. */
function isImpossible({ homeRawW, solarRawW, mainsW }: SiteSecond): boolean {
  if (homeRawW === null) return false;
  const carriedW = Math.abs(solarRawW ?? 0) + Math.abs(mainsW ?? 0);
  return homeRawW < -(IMPOSSIBLE_W + IMPOSSIBLE_SHARE * carriedW);
}
