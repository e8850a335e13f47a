/**
 * The voltage reference of a meter moved to another leg: every CT changes its sign at once. Only a
 * wire on which power cannot flow the other way tells that from a home that begins to export.
 */
import { type Case, Cases, fieldsOf, numberOf, WHOLE } from './cases.ts';
import { Facts, rounded } from './facts.ts';
import type { Hypothesis, Rule, RuleContext, Verdict } from './rule.ts';
import type { ChannelSecond, PhaseSecond, SiteSecond } from './second.ts';
import { type Flip, type Sign, SignMemory } from './sign-memory.ts';
import { Stretch } from './windows.ts';

const TOGETHER_MS = 60_000;
const CONFIRMED_MS = 30 * 60_000;
const RETURNED_MS = 30_000;
/** Without any sample for as long, nobody has looked. */
const AWAY_MS = 3_000;
const LEAST_INPUTS = 2;
/** All CTs are asked together, so each may carry less than is asked of one alone. */
const GATE_SHARE = 0.25;
const LEAST_A = 0.3;
/** One source changes the legs that it feeds by no more than this share differently. */
const ALIKE = 0.2;
/** A power factor below may be turned by what is switched on. */
const LEAST_FACTOR = 0.5;

export function referenceSwapped({ config }: RuleContext): Rule {
  return new ReferenceSwapped(new Facts(config));
}

class ReferenceSwapped implements Rule {
  readonly name = 'voltage_reference_swapped';
  readonly #facts: Facts;
  readonly #cases: Cases<Reference>;

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#cases = new Cases((meter) => new Reference(meter));
  }

  take(second: SiteSecond, { passedMs, blocked }: { passedMs: number; blocked: Blocked }): void {
    const onlyConsumes = this.#facts.onlyConsumes(second);
    for (const channel of second.channels) {
      const reference = this.#cases.of(channel.meter);
      const oneWay = isOneWay(channel, onlyConsumes);
      for (const phase of channel.phases) {
        if (!this.#isSeen(phase) || blocked(channel, phase.phase)) continue;
        reference.look(second.monoMs);
        if (!this.#carries(channel, phase)) continue;
        reference.input(channel.id, phase.phase).takeAs(oneWay, passedMs, {
          monoMs: second.monoMs,
          watts: phase.power_w ?? 0,
          amps: phase.current_a ?? 0,
        });
      }
    }
    for (const reference of this.#cases.all()) {
      this.#cases.settle(reference, reference.judge(passedMs, second.monoMs));
    }
  }

  found = () => this.#cases.found();
  hypotheses = () => this.#cases.hypotheses();
  save = () => this.#cases.save();
  restore = (saved: unknown) => this.#cases.restore(saved, (source) => this.#facts.isKnown(source));
  forget = (channel: string) => this.#cases.forget(channel);

  #isSeen({ voltage_v, current_a, power_w }: PhaseSecond): boolean {
    return current_a !== null && power_w !== null && this.#facts.isSound(voltage_v);
  }

  #carries(channel: ChannelSecond, { voltage_v, current_a, power_w }: PhaseSecond): boolean {
    const { leastA, leastW } = this.#facts.gates(channel.id);
    const [amps, watts] = [current_a ?? 0, Math.abs(power_w ?? 0)];
    if (amps < Math.max(LEAST_A, GATE_SHARE * leastA) || watts < leastW) return false;
    return watts >= LEAST_FACTOR * amps * (voltage_v ?? 0);
  }
}

type Blocked = (channel: ChannelSecond, phase?: string) => boolean;

/** Whether power on that channel can only be positive now. */
function isOneWay({ role }: ChannelSecond, onlyConsumes: boolean): boolean {
  if (role === 'load' || role === 'ev' || role === 'solar') return true;
  return (role === 'grid' || role === 'subpanel') && onlyConsumes;
}

/** One input of the meter: its sign, and whether the other one would be impossible now. */
class Wire extends SignMemory {
  oneWay = false;

  takeAs(oneWay: boolean, passedMs: number, now: Parameters<SignMemory['take']>[1]): void {
    this.oneWay = oneWay;
    this.take(passedMs, now);
  }
}

class Reference implements Case {
  verdict: Verdict = 'quiet';
  readonly #meter: string;
  readonly #wires = new Map<string, Map<string, Wire>>();
  readonly #returned = new Stretch();
  #lookedMs = Number.NEGATIVE_INFINITY;
  #heldMs = 0;
  /** How many CTs turned, and the sign that each had before, by channel and input. */
  #turned: Record<string, Sign> = {};

  constructor(meter: string) {
    this.#meter = meter;
  }

  input(channel: string, phase: string): Wire {
    let phases = this.#wires.get(channel);
    if (phases === undefined) {
      phases = new Map();
      this.#wires.set(channel, phases);
    }
    let wire = phases.get(phase);
    if (wire === undefined) {
      wire = new Wire(phase);
      phases.set(phase, wire);
    }
    return wire;
  }

  look(monoMs: number): void {
    if (monoMs - this.#lookedMs > AWAY_MS) for (const [, wire] of this.#all()) wire.lookAway();
    this.#lookedMs = monoMs;
  }

  judge(passedMs: number, monoMs: number): Verdict {
    if (monoMs !== this.#lookedMs) return this.verdict;
    if (this.verdict === 'quiet') return this.#looksTurned(monoMs) ? this.#enter() : 'quiet';
    this.#returned.add(passedMs, this.#hasReturned());
    if (this.#returned.ms >= RETURNED_MS) return this.#leave();
    this.#heldMs += passedMs;
    return this.#heldMs >= CONFIRMED_MS ? 'confirmed' : 'suspected';
  }

  hypothesis(): Hypothesis | null {
    const inputs = Object.keys(this.#turned).length;
    if (inputs === 0) return null;
    const params = { inputs, minutes: rounded(this.#heldMs / 60_000) };
    return {
      id: 'voltage_reference_swapped',
      source: this.#meter,
      verdict: this.verdict,
      evidence: params,
      arguments: [{ key: 'all_turned', supports: true, params }],
    };
  }

  save(): unknown {
    const wires: Record<string, unknown> = {};
    for (const [key, wire] of this.#all()) wires[key] = wire.save();
    return { wires, turned: this.#turned, held_ms: this.#heldMs };
  }

  restore(saved: unknown): void {
    const { wires, turned, held_ms } = fieldsOf(saved);
    for (const [key, of] of Object.entries(fieldsOf(wires))) {
      const [channel = '', phase = WHOLE] = key.split(' ');
      this.input(channel, phase).restore(of);
    }
    for (const [key, sign] of Object.entries(fieldsOf(turned))) {
      if (sign === 1 || sign === -1) this.#turned[key] = sign;
    }
    this.#heldMs = numberOf(held_ms);
  }

  *#all(): Generator<[string, Wire]> {
    for (const [channel, phases] of this.#wires) {
      for (const [phase, wire] of phases) yield [`${channel} ${phase}`, wire];
    }
  }

  /** Every CT that carries anything has turned with the others, and one of them cannot be negative. */
  #looksTurned(monoMs: number): boolean {
    const newest = this.#newestFlip();
    if (newest === null) return false;
    // What was possible then is not judged by what is possible now.
    if (!newest.away && monoMs - newest.monoMs > 2 * TOGETHER_MS) return false;
    const turned: { flip: Flip; isImpossible: boolean }[] = [];
    for (const phases of this.#wires.values()) {
      for (const { flip, sign, seenMs, oneWay } of phases.values()) {
        if (flip !== null && isTogether(flip, newest)) {
          turned.push({ flip, isImpossible: oneWay && sign < 0 });
        } else if (monoMs - seenMs <= TOGETHER_MS) return false;
      }
    }
    const impossible = turned.filter(({ isImpossible }) => isImpossible);
    if (turned.length < LEAST_INPUTS || impossible.length === 0) return false;
    const isUntouched = impossible.some(({ flip }) => flip.away || flip.sameCurrent);
    return isUntouched || !wereFed(turned.map(({ flip }) => flip));
  }

  #newestFlip(): Flip | null {
    let newest: Flip | null = null;
    for (const phases of this.#wires.values()) {
      for (const { flip } of phases.values()) {
        if (flip !== null && (newest === null || flip.monoMs > newest.monoMs)) newest = flip;
      }
    }
    return newest;
  }

  #enter(): Verdict {
    this.#turned = {};
    for (const [key, { flip }] of this.#all()) if (flip !== null) this.#turned[key] = flip.from;
    this.#heldMs = 0;
    this.#returned.ms = 0;
    return 'suspected';
  }

  /** A wire on which power flows one way has the sign that it had. */
  #hasReturned(): boolean {
    for (const [key, { sign, oneWay }] of this.#all()) {
      if (oneWay && sign > 0 && this.#turned[key] !== undefined) return true;
    }
    return false;
  }

  #leave(): Verdict {
    this.#turned = {};
    for (const [, wire] of this.#all()) wire.flip = null;
    return 'quiet';
  }
}

/** Whether one source that began to feed the home may have turned them: it changes each leg alike. */
function wereFed(flips: readonly Flip[]): boolean {
  const jumps = flips.map(({ jumpW }) => jumpW);
  const isOneSample = flips.every(({ monoMs }) => monoMs === flips[0]?.monoMs);
  return !isOneSample || Math.min(...jumps) >= (1 - ALIKE) * Math.max(...jumps);
}

/** Both while nobody looked, or both from one sample to the next and within a minute. */
function isTogether(a: Flip, b: Flip): boolean {
  if (a.away || b.away) return a.away && b.away;
  return a.atOnce && b.atOnce && Math.abs(a.monoMs - b.monoMs) <= TOGETHER_MS;
}
