/**
 * A known load, switched on and off three times, must show on exactly the CT that is meant, as
 * consumption, and nowhere else (ct-doctor rules, section 6).
 */
import type { SiteSecond } from '../doctor/second.ts';
import { type Flow, type Input, medianOf } from './inputs.ts';
import { changeOf, type Step, StepFinder } from './steps.ts';
import { failed, type Measured, passed, tenth, type Verdict } from './verdict.ts';

const CYCLES = 3;
/** Of the load, W. */
const LEAST_LOAD_W = 1_000;

/** A CT paired with another phase's voltage shows half of a load: that must still be seen as a step. */
const SEEN_SHARE = 0.4;
/** A load of 1 kW has somewhat less where the voltage is low. */
const ENOUGH_SHARE = 0.8;
const ON_OFF_SHARE = 0.1;
/** One of three cycles may fall together with a fridge. */
const SCATTER_SHARE = 0.25;
const ELSEWHERE_SHARE = 0.2;
/** A heater's power factor is 1; on the voltage of another phase it looks like a half. */
const LEAST_FACTOR = 0.75;
const WINDOW_MS = 3_000;
const SETTLE_MS = 2_000;

export interface LoadTarget {
  /** `<meter>/<channel>` */
  channel: string;
  /** Names of the inputs that the load is on: one, or several for a load between phases. */
  inputs: string[];
}

export interface LoadProofOptions {
  /** All inputs of the site. */
  inputs: readonly Input[];
  target: LoadTarget;
  /** From one reading of a meter to the next, ms. */
  intervalMs: number;
}

type Size = Flow & { spread: number; on: number; off: number };

export class LoadProof {
  readonly #options: LoadProofOptions;
  readonly #finder: StepFinder;
  readonly #steps: Step[] = [];

  constructor(options: LoadProofOptions) {
    this.#options = options;
    const { inputs, target, intervalMs } = options;
    const consumers = inputs.filter(({ role }) => role !== 'solar' && role !== 'battery');
    const names = new Set([...consumers.map(({ name }) => name), ...target.inputs]);
    this.#finder = new StepFinder({
      leastW: (SEEN_SHARE * LEAST_LOAD_W) / target.inputs.length,
      isTrigger: (name) => names.has(name),
      windowMs: Math.max(WINDOW_MS, 2 * intervalMs),
      settleMs: Math.max(SETTLE_MS, intervalMs),
    });
  }

  /** What the person is to do next; null while it looks at what was done. */
  get next(): 'on' | 'off' | 'done' | null {
    if (this.#steps.length >= 2 * CYCLES) return 'done';
    if (!this.#finder.isReady) return null;
    return this.#steps.length % 2 === 0 ? 'on' : 'off';
  }

  /** How often it has been on and off again. */
  get cycles(): number {
    return Math.floor(this.#steps.length / 2);
  }

  take(second: Pick<SiteSecond, 'monoMs' | 'channels'>): void {
    const step = this.#finder.take(second);
    if (step) this.#steps.push(step);
  }

  verdict(): Verdict {
    const { inputs, target } = this.#options;
    const sizes = new Map<string, Size>();
    for (const { name } of inputs) {
      const size = this.#sizeOf(name);
      if (size) sizes.set(name, size);
    }
    const measured = measuredOf(sizes);
    const [largest = '', its] =
      [...sizes].toSorted((a, b) => Math.abs(b[1].watts) - Math.abs(a[1].watts))[0] ?? [];
    if (!its || this.next !== 'done')
      return failed('load_unseen', measured, { input: nameOf(target) });
    if (its.spread > SCATTER_SHARE * Math.abs(its.watts)) {
      return failed('load_unsteady', measured, { input: largest });
    }
    return this.#judge(sizes, largest, its) ?? this.#elsewhere(sizes) ?? this.#pass(sizes);
  }

  /** Null where the load is where it is meant to be, the right way round. */
  #judge(sizes: Map<string, Size>, largest: string, its: Size): Verdict | null {
    const { target } = this.#options;
    const measured = measuredOf(sizes);
    const input = nameOf(target);
    const small = ELSEWHERE_SHARE * Math.abs(its.watts);
    const wanted = target.inputs.map((name) => ({ name, size: sizes.get(name) }));
    const blind = wanted.filter(({ size }) => size === undefined || Math.abs(size.watts) < small);
    if (blind.length === wanted.length) {
      return failed('load_wrong_ct', measured, { input, found: largest });
    }
    const seeing = wanted.filter((one) => !blind.includes(one));
    const factor = factorOf(seeing.flatMap(({ size }) => size ?? []));
    if (factor !== null && factor < LEAST_FACTOR) {
      return failed('load_wrong_phase', measured, {
        input,
        factor: Math.round(100 * factor) / 100,
      });
    }
    const [first] = blind;
    if (first) return failed('load_leg_missing', measured, { input: first.name });
    const turned = wanted.filter(({ size }) => size !== undefined && size.watts < 0);
    const { channel } = target;
    if (turned.length === 0) return null;
    const isWhole = turned.length === this.#phasesOf(channel);
    const names = turned.map(({ name }) => name).join(', ');
    const watts = tenth(Math.abs(turned[0]?.size?.watts ?? 0));
    return failed(isWhole ? 'load_reversed' : 'load_leg_reversed', measured, {
      input: names,
      channel,
      watts,
    });
  }

  #elsewhere(sizes: Map<string, Size>): Verdict | null {
    const { inputs, target } = this.#options;
    const total = target.inputs.reduce((sum, name) => sum + (sizes.get(name)?.watts ?? 0), 0);
    const allowed = ELSEWHERE_SHARE * total;
    const others = inputs.filter((input) => {
      const size = sizes.get(input.name);
      if (!size || target.inputs.includes(input.name)) return false;
      return Math.abs(size.watts) > allowed && !this.#mayFollow(input, size);
    });
    if (others.length === 0) return null;
    const found = others.map(({ name }) => name).join(', ');
    return failed('load_elsewhere', measuredOf(sizes), { input: nameOf(target), found });
  }

  #pass(sizes: Map<string, Size>): Verdict {
    const { target } = this.#options;
    const measured = measuredOf(sizes);
    let [on, off] = [0, 0];
    for (const name of target.inputs) {
      on += sizes.get(name)?.on ?? 0;
      off += sizes.get(name)?.off ?? 0;
    }
    const params = { input: nameOf(target), on: Math.round(on), off: Math.round(off) };
    if (Math.abs(on - off) > ON_OFF_SHARE * Math.max(on, off)) {
      return failed('load_uneven', measured, params);
    }
    const isEnough = on >= ENOUGH_SHARE * LEAST_LOAD_W;
    return isEnough
      ? passed(measured, params, 'load_pass')
      : failed('load_small', measured, params);
  }

  /** The mains carry what a circuit behind them takes, and a circuit what the mains bring it. */
  #mayFollow({ role, channel }: Input, { watts }: Size): boolean {
    const { inputs, target } = this.#options;
    if (watts <= 0 || channel === target.channel) return false;
    const mine = inputs.find(({ name }) => target.inputs.includes(name))?.role;
    const isMains = (which: string | undefined) => which === 'grid' || which === 'subpanel';
    const isCircuit = (which: string | undefined) =>
      which === 'load' || which === 'ev' || which === 'subpanel';
    return (isMains(mine) && isCircuit(role)) || (isCircuit(mine) && isMains(role));
  }

  #phasesOf(channel: string): number {
    return this.#options.inputs.filter((input) => input.channel === channel).length;
  }

  #sizeOf(name: string): Size | null {
    const changes = this.#steps.slice(0, 2 * CYCLES).map((step) => changeOf(step, name));
    if (changes.length === 0) return null;
    const seen: Flow[] = [];
    for (const [index, change] of changes.entries()) {
      if (change === null) return null;
      const sign = index % 2 === 0 ? 1 : -1;
      seen.push({
        watts: sign * change.watts,
        vars: change.vars === null ? null : sign * change.vars,
      });
    }
    const watts = medianOf(seen.map((flow) => flow.watts));
    const vars = seen.flatMap((flow) => flow.vars ?? []);
    const of = (parity: number) =>
      medianOf(seen.filter((_, index) => index % 2 === parity).map((flow) => flow.watts));
    return {
      watts,
      vars: vars.length === seen.length ? medianOf(vars) : null,
      // The worst but one: a fridge may spoil a single step.
      spread: seen.map((flow) => Math.abs(flow.watts - watts)).toSorted((a, b) => b - a)[1] ?? 0,
      on: of(0),
      off: of(1),
    };
  }
}

export function nameOf({ channel, inputs }: LoadTarget): string {
  return inputs.length === 1 ? (inputs[0] ?? channel) : channel;
}

/** Of what was switched: the least of the inputs' power factors; null where no reactive power is told. */
function factorOf(sizes: readonly Size[]): number | null {
  const factors = sizes.flatMap(({ watts, vars }) =>
    vars === null ? [] : Math.abs(watts) / Math.max(1, Math.hypot(watts, vars)),
  );
  return factors.length === 0 ? null : Math.min(...factors);
}

function measuredOf(sizes: Map<string, Size>): Measured[] {
  return [...sizes].map(([where, { watts }]) => ({
    where,
    what: 'step',
    value: tenth(watts),
    unit: 'W',
  }));
}
