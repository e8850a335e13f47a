/**
 * The energy of one configured channel: feeds its account with powers, and with its counters as far
 * as they stand for it: they cover exactly its phases and net across them as the utility does.
 */
import type { ChannelReading, Role } from '../meter/reading.ts';
import type { ChannelConfig, SiteConfig } from '../site/schema.ts';
import { Account } from './account.ts';
import { type CountedNet, moveNet } from './counted-net.ts';
import {
  Counter,
  type CounterEvent,
  type CounterLimits,
  type CounterStep,
  channelMaxW,
} from './counter.ts';
import { ESTIMATED_WITHIN_S } from './integrate.ts';
import type { ChannelState } from './measured.ts';
import { joinOutages, type Outage } from './outage.ts';
import { type BothWays, WAYS, type Way } from './tie.ts';

const USUAL_STEP_KWH = 0.1;
/** A power between two polls is not the poll's: what counters and samples may differ by, s. */
const SAMPLING_S = 1;
/** A power that was known so lately is known, s. */
const SEEN_WITHIN_S = 5;

const COUNTER_KEY = { import: 'import_kwh', export: 'export_kwh' } as const;

/** What the very first read of a counter tells. */
const FIRST: CounterStep = { addedKwh: 0, recoveredS: 0, stillS: 0 };

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

/** What a believed read of one way did. */
type Believed = Pick<CountedNet, 'outage' | 'rebased'> & Pick<ChannelStep, 'lost'>;

/** When counters were read, and how long before the powers that was, s. */
interface ReadTime {
  readMonoMs: number;
  ageS: number;
}

/** What one reading did to a channel's energy. */
export interface ChannelStep {
  /** The power is back after this; its energy is missing until a counter makes up for it. */
  gap: Outage | null;
  /** Null without a new read. */
  counted: CountedNet | null;
  /** Energy of a gap is gone: no counter covers it, or it has begun anew. */
  lost: boolean;
  events: CounterEvent[];
}

/** A reading's part of one channel, and when it came. */
export interface ChannelSample {
  reading: ChannelReading;
  monoMs: number;
  /** The meter's, where it tells. */
  serial?: string | undefined;
}

export class ChannelEnergy {
  readonly id: string;
  readonly role: Role;
  readonly account: Account;
  /** The newest power, W; null while it is not known. */
  powerW: number | null = null;
  #site: SiteConfig['site'];
  #phases: number | null;
  #maxW: number;
  #counters: Partial<Record<Way, Counter>> = {};
  #resume: ChannelResume | null;
  #startMonoMs: number;
  /** When the power was last known; before the first time, when an earlier run ended. */
  #seenMonoMs: number | null;
  #isFirstPoint = true;
  /** Gaps that the counter of a way has yet to make up for. */
  #gaps: Partial<Record<Way, Outage>> = {};
  #readMonoMs: Partial<BothWays> = {};
  #lastRead: Partial<BothWays> = {};
  #shownStepKwh = USUAL_STEP_KWH; // no step is larger than what a counter rose by
  /** Counted net that the account has not been told of, kWh. */
  #netKwh = 0;

  constructor(id: string, { channel, site, resume, startMonoMs }: ChannelOptions) {
    this.id = id;
    this.role = channel.role;
    this.#phases = channel.phases?.length ?? null;
    this.#site = site;
    this.#maxW = channelMaxW(channel, site);
    this.#resume = resume;
    this.#startMonoMs = startMonoMs;
    const unseenS = resume ? resume.elapsedS + (resume.state.unseen_s ?? 0) : null;
    this.#seenMonoMs = unseenS === null ? null : startMonoMs - unseenS * 1000;
    this.account = new Account(resume?.state);
  }

  /** Takes the channel's part of a good reading. */
  take(sample: ChannelSample): ChannelStep {
    const { reading, monoMs } = sample;
    const stepKwh = reading.counter_step_kwh ?? this.#shownStepKwh;
    this.powerW = reading.power_w;
    this.#tie(reading);
    const legsW = this.#legsW(reading);
    const gap = legsW === null ? null : this.#point(legsW, monoMs, stepKwh);
    const counted = this.#count(sample, stepKwh);
    const uncovered = gap !== null && !this.account.counted;
    return { gap, ...counted, lost: counted.lost || uncovered };
  }

  /** True while a counter has yet to say what passed in a gap. */
  get awaited(): boolean {
    return Object.keys(this.#gaps).length > 0;
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
    let serial = this.#resume?.state.serial;
    for (const way of WAYS) {
      const base = this.#counters[way]?.baseKwh;
      if (base == null) continue;
      counter[way] = base;
      serial = this.#counters[way]?.serial;
    }
    const unseenS = (monoMs - (this.#seenMonoMs ?? monoMs)) / 1000;
    return {
      ...this.account.state(),
      ...(Object.keys(counter).length > 0 && { counter, age_s: this.#counterAgeS(monoMs) }),
      ...(serial !== undefined && { serial }),
      ...(unseenS > SEEN_WITHIN_S && { unseen_s: unseenS }),
    };
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

  /** @returns the gap that the power has left, where it has */
  #point(legsW: number[], monoMs: number, stepKwh: number): Outage | null {
    const mark = this.account.point(legsW, monoMs, stepKwh);
    const fromMs = this.#seenMonoMs;
    const isBack = mark === 'gap' || (this.#isFirstPoint && fromMs !== null);
    this.#seenMonoMs = Math.max(monoMs, fromMs ?? monoMs);
    this.#isFirstPoint = false;
    if (!isBack || fromMs === null) return null;
    const gap = { fromMs, toMs: monoMs, unseen: true };
    for (const way of WAYS) {
      const known = this.#gaps[way] ?? null;
      if (this.account.follows(way)) this.#gaps[way] = joinOutages(known, gap) ?? gap;
    }
    return gap;
  }

  #count(sample: ChannelSample, stepKwh: number): Omit<ChannelStep, 'gap'> {
    const { reading, monoMs } = sample;
    const readMonoMs = reading.counters_mono_ms ?? monoMs;
    const ageS = (monoMs - readMonoMs) / 1000;
    const events: CounterEvent[] = [];
    const all: Believed = { outage: null, rebased: false, lost: false };
    let [read, silent] = [false, false];
    for (const way of WAYS) {
      const step = this.#read(way, sample, stepKwh);
      if (step === undefined) continue;
      read = true;
      if (step?.event) events.push(step.event);
      if (step?.silent) {
        silent = true;
        continue;
      }
      const believed = this.#believe(way, step, { readMonoMs, ageS });
      all.outage = joinOutages(all.outage, believed.outage);
      all.rebased ||= believed.rebased;
      all.lost ||= believed.lost;
    }
    // As long as one way is silent the net of both says nothing.
    const { outage, rebased, lost } = all;
    if (!read || silent) return { counted: null, lost, events };
    const bandKwh = 2 * stepKwh + this.#powerKwh(ageS + SAMPLING_S);
    const counted = { netKwh: this.#netKwh, outage, bandKwh, rebased };
    this.#netKwh = 0;
    moveNet(this.account, counted);
    return { counted, lost, events };
  }

  /** Takes what a read says of its way; `step` is null for the very first. */
  #believe(way: Way, step: CounterStep | null, { readMonoMs, ageS }: ReadTime): Believed {
    const { addedKwh, stillS, recoveredS, event } = step ?? FIRST;
    const made = this.#outage(way, recoveredS, readMonoMs);
    const unseen = made?.unseen ?? false;
    const isOfNow = stillS <= ESTIMATED_WITHIN_S;
    const move = {
      addedKwh,
      unreadKwh: this.#unreadKwh(way, ageS),
      recovered: made !== null,
      currentKwh: isOfNow ? Number.POSITIVE_INFINITY : this.#powerKwh(ESTIMATED_WITHIN_S),
    };
    const isAnew = step === null || (event !== undefined && event !== 'rollover');
    const isLate = this.account[isAnew ? 'counterBegins' : 'counterMoved'](way, move);
    const still = { fromMs: readMonoMs - 1000 * stillS, toMs: readMonoMs, unseen: false };
    const held = isLate ? still : null;
    if (isAnew && event !== 'reset') return { outage: held, rebased: step !== null, lost: unseen };
    this.#netKwh += way === 'import' ? addedKwh : -addedKwh;
    // What a counter has counted since its reset is a part of what power saw, where it was seen.
    const rebased = event === 'reset' && !unseen;
    return { outage: joinOutages(made, held), rebased, lost: false };
  }

  /** @returns undefined without a new read; null for the very first */
  #read(way: Way, sample: ChannelSample, stepKwh: number): CounterStep | null | undefined {
    const { reading, monoMs, serial } = sample;
    const readMonoMs = reading.counters_mono_ms ?? monoMs;
    const [kwh, before] = [reading[COUNTER_KEY[way]], this.#readMonoMs[way]];
    if (typeof kwh !== 'number' || before === readMonoMs) return undefined;
    this.#readMonoMs[way] = readMonoMs;
    const roseKwh = kwh - (this.#lastRead[way] ?? kwh);
    if (roseKwh > 0) this.#shownStepKwh = Math.min(this.#shownStepKwh, roseKwh);
    this.#lastRead[way] = kwh;
    const dtS = (readMonoMs - (before ?? this.#startMonoMs)) / 1000;
    return this.#counter(way, reading, stepKwh).take(kwh, dtS, serial);
  }

  /** The time that a believed read makes up for; null where it is of now. */
  #outage(way: Way, recoveredS: number, readMonoMs: number): Outage | null {
    const gap = this.#gaps[way] ?? null;
    delete this.#gaps[way];
    if (gap !== null || recoveredS === 0) return gap;
    const fromMs = readMonoMs - recoveredS * 1000;
    const unseen = this.#isFirstPoint || (this.#seenMonoMs ?? readMonoMs) <= fromMs;
    return { fromMs, toMs: readMonoMs, unseen };
  }

  #counter(way: Way, reading: ChannelReading, stepKwh: number): Counter {
    const limits: CounterLimits = {
      maxW: this.#maxW,
      stepKwh,
      modulusKwh: reading.counter_modulus_kwh ?? null,
    };
    const known = this.#counters[way];
    if (known) {
      known.limits = limits;
      return known;
    }
    const baseKwh = this.#resume?.state.counter?.[way] ?? null;
    const { serial } = this.#resume?.state ?? {};
    const counter = new Counter(limits, { baseKwh, elapsedS: this.#pastS(), serial });
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
