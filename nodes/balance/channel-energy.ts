/**
 * The energy of one configured channel: feeds its account with powers, and with its counters as far
 * as they stand for it: they cover exactly its phases and net across them as the utility does.
 */
import type { ChannelReading, Role } from '../meter/reading.ts';
import type { ChannelConfig, SiteConfig } from '../site/schema.ts';
import { Account, type BothWays, WAYS, type Way } from './account.ts';
import {
  Counter,
  type CounterEvent,
  type CounterLimits,
  serviceMaxW,
  solarMaxW,
} from './counter.ts';
import type { SpanMark } from './integrate.ts';
import type { ChannelState } from './measured.ts';

const USUAL_STEP_KWH = 0.1;
/** A power between two polls is not the poll's: what counters and samples may differ by, s. */
const SAMPLING_S = 1;

const COUNTER_KEY = { import: 'import_kwh', export: 'export_kwh' } as const;

/** Where a channel goes on after a restart. */
export interface ChannelResume {
  state: ChannelState;
  /** Seconds between that state and the start of this run. */
  elapsedS: number;
}

export interface ChannelOptions {
  channel: ChannelConfig;
  site: SiteConfig['site'];
  resume: ChannelResume | null;
  /** Monotonic time of the start, ms. */
  startMonoMs: number;
}

/** What one reading did to a channel's energy. */
export interface ChannelStep {
  mark: SpanMark | null;
  /** Change of the counted net, kWh, and the seconds it makes up for; null without a new read. */
  counted: { netKwh: number; recoveredS: number; bandKwh: number; rebased: boolean } | null;
  events: CounterEvent[];
}

export class ChannelEnergy {
  readonly id: string;
  readonly role: Role;
  readonly account: Account;
  /** The newest power, W; null while it is not known. */
  powerW: number | null = null;
  #site: SiteConfig['site'];
  #phases: number | null;
  #counters: Partial<Record<Way, Counter>> = {};
  #resume: ChannelResume | null;
  #startMonoMs: number;
  #readMonoMs: Partial<BothWays> = {};
  #lastRead: Partial<BothWays> = {};
  /** Counted net that the account has not been told of, kWh. */
  #netKwh = 0;

  constructor(id: string, { channel, site, resume, startMonoMs }: ChannelOptions) {
    this.id = id;
    this.role = channel.role;
    this.#phases = channel.phases?.length ?? null;
    this.#site = site;
    this.#resume = resume;
    this.#startMonoMs = startMonoMs;
    const { counter: _, age_s: __, ...restored } = resume?.state ?? {};
    this.account = new Account(restored);
  }

  /** Takes the channel's part of a good reading. */
  take(reading: ChannelReading, monoMs: number): ChannelStep {
    const stepKwh = reading.counter_step_kwh ?? USUAL_STEP_KWH;
    this.powerW = reading.power_w;
    this.#tie(reading);
    const legsW = this.#legsW(reading);
    const mark = legsW === null ? null : this.account.point(legsW, monoMs, stepKwh);
    return { mark, ...this.#count(reading, monoMs, stepKwh) };
  }

  /** The counter of `way` as last read, kWh. */
  counterKwh(way: Way): number | undefined {
    return this.#lastRead[way];
  }

  /**
   * The total of `way` for a ledger that has no past, kWh: the counter's where it stands for the
   * channel, else counted from the first sample on. Null until that is known.
   */
  firstTotalKwh(way: Way): number | null {
    if (!this.account.tied(way)) return this.account.sumKwh(way);
    const base = this.#counters[way]?.baseKwh ?? null;
    return base === null ? null : base + this.account.aheadKwh(way);
  }

  /** What a restart has to know at `monoMs`. */
  state(monoMs: number): ChannelState {
    const counter: Partial<BothWays> = { ...this.#resume?.state.counter };
    for (const way of WAYS) {
      const base = this.#counters[way]?.baseKwh;
      if (base != null) counter[way] = base;
    }
    if (Object.keys(counter).length === 0) return this.account.state();
    return { ...this.account.state(), counter, age_s: this.#counterAgeS(monoMs) };
  }

  /** Seconds since the older of the counters was believed; a restart may make up for so many. */
  #counterAgeS(monoMs: number): number {
    const ages = WAYS.map((way) => {
      const counter = this.#counters[way];
      if (!counter) return this.#pastS() + (monoMs - this.#startMonoMs) / 1000;
      return counter.elapsedS + (monoMs - (this.#readMonoMs[way] ?? monoMs)) / 1000;
    });
    return Math.max(...ages);
  }

  /** Seconds between the counters' last believed read and the start of this run. */
  #pastS(): number {
    return this.#resume ? this.#resume.elapsedS + (this.#resume.state.age_s ?? 0) : 0;
  }

  #tie(reading: ChannelReading): void {
    const ways = WAYS.filter((way) => reading[COUNTER_KEY[way]] !== undefined);
    if (this.#stands(reading.counters ?? 'summed')) for (const way of ways) this.account.tie(way);
    else if (ways.length === WAYS.length) this.account.tieNet();
  }

  #stands(counters: 'summed' | 'per_phase'): boolean {
    return (
      this.#phases === 1 || this.#site.service === 'single_phase' || counters === this.#site.netting
    );
  }

  /** What is billed by itself: the sum, or each phase where the utility bills by phase. */
  #legsW(reading: ChannelReading): number[] | null {
    if (reading.power_w === null) return null;
    if (this.#site.netting === 'summed') return [reading.power_w];
    const legs = Object.values(reading.phases ?? {}).map((phase) => phase.power_w);
    const known = legs.filter((leg) => leg !== null);
    return known.length > 0 && known.length === legs.length ? known : [reading.power_w];
  }

  #count(
    reading: ChannelReading,
    monoMs: number,
    stepKwh: number,
  ): Pick<ChannelStep, 'counted' | 'events'> {
    const readMonoMs = reading.counters_mono_ms ?? monoMs;
    const ageS = (monoMs - readMonoMs) / 1000;
    const events: CounterEvent[] = [];
    let recoveredS = 0;
    let [read, doubted, rebased] = [false, false, false];
    for (const way of WAYS) {
      const kwh = reading[COUNTER_KEY[way]];
      const before = this.#readMonoMs[way];
      if (typeof kwh !== 'number' || before === readMonoMs) continue;
      this.#readMonoMs[way] = readMonoMs;
      this.#lastRead[way] = kwh;
      read = true;
      const dtS = (readMonoMs - (before ?? this.#startMonoMs)) / 1000;
      const step = this.#counter(way, reading, stepKwh).take(kwh, dtS);
      const unreadKwh = this.#unreadKwh(way, ageS);
      if (step?.doubted) doubted = true;
      else if (step === null || isAnew(step.event)) this.account.counterBegins(way, unreadKwh);
      else this.account.counterMoved(way, step.addedKwh, unreadKwh);
      rebased ||= isAnew(step?.event);
      this.#netKwh += way === 'import' ? (step?.addedKwh ?? 0) : -(step?.addedKwh ?? 0);
      recoveredS = Math.max(recoveredS, step?.recoveredS ?? 0);
      if (step?.event) events.push(step.event);
    }
    // As long as one way is in doubt the net of both says nothing.
    if (!read || doubted) return { counted: null, events };
    const bandKwh = 2 * stepKwh + this.#powerKwh(ageS + SAMPLING_S);
    const counted = { netKwh: this.#netKwh, recoveredS, bandKwh, rebased };
    this.#netKwh = 0;
    moveNet(this.account, 1, counted);
    return { counted, events };
  }

  #counter(way: Way, reading: ChannelReading, stepKwh: number): Counter {
    const limits: CounterLimits = {
      maxW: this.role === 'solar' ? solarMaxW(this.#site) : serviceMaxW(this.#site),
      stepKwh,
      modulusKwh: reading.counter_modulus_kwh ?? null,
    };
    const known = this.#counters[way];
    if (known) {
      known.limits = limits;
      return known;
    }
    const baseKwh = this.#resume?.state.counter?.[way] ?? null;
    const counter = new Counter(limits, { baseKwh, elapsedS: this.#pastS() });
    this.#counters[way] = counter;
    return counter;
  }

  #powerKwh(seconds: number): number {
    return (Math.abs(this.account.powerW ?? 0) * seconds) / 3_600_000;
  }

  #unreadKwh(way: Way, ageS: number): number {
    const powerW = this.account.powerW ?? 0;
    return powerW > 0 === (way === 'import') ? this.#powerKwh(ageS) : 0;
  }
}

/** The counter goes on from another level: its past says nothing about what was integrated. */
function isAnew(event: CounterEvent | undefined): boolean {
  return event === 'counter_jump' || event === 'counter_rebased';
}

/** Tells an account of a counted net, which adds to it or is taken away. */
export function moveNet(
  account: Account,
  sign: 1 | -1,
  { netKwh, bandKwh, recoveredS, rebased }: NonNullable<ChannelStep['counted']>,
): void {
  if (rebased) account.netBegins();
  else account.netMoved(sign * netKwh, { bandKwh, recovered: recoveredS > 0 });
}
