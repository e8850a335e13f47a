/**
 * Solar, off and on: off, it reads nothing and every CT on consumers reads consumption; when it is
 * switched, the mains answer by as much (`load_side`) or not at all (`line_side`).
 */
import type { SiteConfig } from '../../site/schema.ts';
import type { ChannelSecond, SiteSecond } from '../doctor/second.ts';
import { inputsOf, medianOf } from './inputs.ts';
import { changeOf, type Step, StepFinder } from './steps.ts';
import { failed, type Measured, passed, tenth, type Verdict } from './verdict.ts';

/** What an inverter draws by itself, and more, W. */
const ASLEEP_W = 100;
/** Below zero by more than creep and noise, W. */
const CREEP_W = 30;
/** From which change of solar on the mains are held to it, W. */
const LEAST_SOLAR_STEP_W = 300;
const RIGHT_SHARE = 0.1;
/** An answer of none or all of it, within so much, names a cause. */
const CAUSE_SHARE = 0.3;
const WINDOW_MS = 3_000;
/** An inverter that is cut off is off at once; one that comes on takes its time. */
const SETTLE_MS = 3_000;

type Seconds = readonly Pick<SiteSecond, 'channels' | 'mainsW' | 'solarRawW'>[];

/** At night, or with the inverter's breaker off. */
export function judgeSolarOff(seconds: Seconds): Verdict {
  const powers = powersOf(seconds);
  const measured = [...powers].map(
    ([{ id }, value]): Measured => ({ where: id, what: 'power', value, unit: 'W' }),
  );
  const blind = measured.find(({ value }) => value === null);
  if (blind) return failed('power_unknown', measured, { channel: blind.where });
  const awake = [...powers].find(
    ([{ role }, watts]) => role === 'solar' && Math.abs(watts ?? 0) > ASLEEP_W,
  );
  if (awake) return failed('solar_awake', measured, { channel: awake[0].id, watts: awake[1] ?? 0 });
  const negative = [...powers].find(
    ([{ role }, watts]) => role !== 'solar' && role !== 'battery' && (watts ?? 0) < -CREEP_W,
  );
  if (negative) {
    const reason = negative[0].role === 'grid' ? 'mains_negative' : 'load_negative';
    return failed(reason, measured, { channel: negative[0].id, watts: negative[1] ?? 0 });
  }
  return passed(measured, {}, 'solar_off_pass');
}

function powersOf(seconds: Seconds): Map<ChannelSecond, number | null> {
  const last = seconds.at(-1)?.channels ?? [];
  return new Map(
    last.map((channel) => {
      const seen = seconds.flatMap(
        ({ channels }) => channels.find(({ id }) => id === channel.id)?.powerW ?? [],
      );
      return [channel, seen.length * 2 < seconds.length ? null : tenth(medianOf(seen))] as const;
    }),
  );
}

export interface SolarProofOptions {
  position: SiteConfig['solar_position'];
  intervalMs: number;
}

/** Waits until solar is switched, off or on, and compares. */
export class SolarProof {
  readonly #position: SiteConfig['solar_position'];
  readonly #finder: StepFinder;
  #solar = new Set<string>();
  #mains = new Set<string>();
  #step: Step | null = null;

  constructor({ position, intervalMs }: SolarProofOptions) {
    this.#position = position;
    this.#finder = new StepFinder({
      leastW: LEAST_SOLAR_STEP_W / 3,
      isTrigger: (name) => this.#solar.has(name),
      windowMs: Math.max(WINDOW_MS, 2 * intervalMs),
      settleMs: Math.max(SETTLE_MS, intervalMs),
    });
  }

  get next(): 'switch' | 'done' | null {
    if (this.#step !== null) return 'done';
    return this.#finder.isReady ? 'switch' : null;
  }

  take(second: Pick<SiteSecond, 'monoMs' | 'channels'>): void {
    const inputs = inputsOf(second);
    const named = (role: string) =>
      new Set(inputs.filter((input) => input.role === role).map(({ name }) => name));
    this.#solar = named('solar');
    this.#mains = named('grid');
    const step = this.#finder.take(second);
    // A cloud passes, too: what counts is the whole of it.
    if (step && Math.abs(sumOf(step, this.#solar) ?? 0) >= LEAST_SOLAR_STEP_W) this.#step = step;
  }

  verdict(): Verdict {
    const step = this.#step;
    if (step === null) return failed('solar_unseen', [], { watts: LEAST_SOLAR_STEP_W });
    const [before, after] = [powerOf(step.before, this.#solar), powerOf(step.after, this.#solar)];
    const solar = sumOf(step, this.#solar);
    const mains = sumOf(step, this.#mains);
    const mainsBefore = powerOf(step.before, this.#mains);
    const measured: Measured[] = [
      { where: 'solar', what: 'power', before, value: after, unit: 'W' },
      {
        where: 'grid',
        what: 'power',
        before: mainsBefore,
        value: powerOf(step.after, this.#mains),
        unit: 'W',
      },
    ];
    const on = Math.abs(before) > Math.abs(after) ? before : after;
    if (on < 0)
      return failed('solar_reversed', measured, { watts: on, channel: this.#channelOf() });
    if (solar === null || mains === null)
      return failed('power_unknown', measured, { channel: 'grid' });
    return judgeAnswer(-mains / solar, this.#position, {
      measured,
      params: {
        solar: Math.round(solar),
        mains: Math.round(mains),
        percent: Math.round((-100 * mains) / solar),
      },
    });
  }

  #channelOf(): string {
    const [first = ''] = this.#solar;
    return first.split(' ')[0] ?? first;
  }
}

/** `answer`: what the mains fell by, of what solar rose by. */
function judgeAnswer(
  answer: number,
  position: SiteConfig['solar_position'],
  { measured, params }: Pick<Verdict, 'measured' | 'params'>,
): Verdict {
  const isBehind = position === 'load_side';
  if (Math.abs(answer - (isBehind ? 1 : 0)) <= RIGHT_SHARE) {
    return passed(measured, params, isBehind ? 'solar_pass' : 'solar_line_pass');
  }
  if (Math.abs(answer + 1) <= CAUSE_SHARE) return failed('mains_reversed', measured, params);
  if (isBehind && Math.abs(answer) <= CAUSE_SHARE)
    return failed('solar_line_side', measured, params);
  if (!isBehind && Math.abs(answer - 1) <= CAUSE_SHARE)
    return failed('solar_load_side', measured, params);
  return failed('solar_factor', measured, params);
}

function sumOf(step: Step, names: ReadonlySet<string>): number | null {
  let sum = 0;
  for (const name of names) {
    const change = changeOf(step, name);
    if (change === null) return null;
    sum += change.watts;
  }
  return names.size === 0 ? null : sum;
}

function powerOf(flows: Step['before'], names: ReadonlySet<string>): number {
  let sum = 0;
  for (const name of names) sum += flows.get(name)?.watts ?? 0;
  return tenth(sum);
}
