/**
 * One meter for as long as it is polled: what to ask it and what it has said. When to ask is the
 * poller's business.
 */
import type { Line } from '../bus/line.ts';
import { type Clock, isoTime } from '../site/clock.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import type { CtProfile, ModbusMeterConfig } from '../site/schema.ts';
import {
  type ChannelMap,
  connectedPhases,
  mapChannels,
  readChannel,
  wantedValues,
} from './channels.ts';
import { CloseLook } from './close-look.ts';
import { Doubts } from './doubts.ts';
import type { Signature } from './meter-status.ts';
import { type PlannedRead, planReads, type Terrain } from './plan.ts';
import type { Service } from './plausible.ts';
import type { IdentityMark, Profile, ProfileValue } from './profile.ts';
import type { Phase, Reading } from './reading.ts';
import { type Batch, RegisterReader } from './register-reader.ts';
import { registersOf } from './registers.ts';
import { type LookUp, type Measured, readValue } from './values.ts';
import type { ValueName } from './vocabulary.ts';

const SLOW_PERIOD_MS = 10_000;
/** Slow values that have missed so many of their turns are not known any more. */
const SLOW_LIVES = 3;
const IDENTITY_TRIES = 3;

export interface SessionOptions {
  meter: ModbusMeterConfig;
  profile: Profile;
  ctProfiles: readonly CtProfile[];
  line: Line;
  clock: Clock;
  /** From one poll to the next, ms. */
  intervalMs: number;
  /** It is a meter of the simulated home. */
  simulated: boolean;
  /** What the house is connected to: no power is far beyond it. */
  service?: Service;
}

/** One request that can wait, and what it will take on the wire. */
export interface SlowWork {
  costMs: number;
  /** False when it failed. Never rejects: what fails has its turn again later. */
  run(signal: AbortSignal): Promise<boolean>;
}

/** From one round of slow values to the next, ms: at most one in a poll. */
export function slowPeriodMs(intervalMs: number): number {
  return Math.max(SLOW_PERIOD_MS, intervalMs);
}

export class MeterSession {
  readonly meter: ModbusMeterConfig;
  /** Whether it is the kind of meter its profile describes; `unknown` until it could be asked. */
  identity: 'unknown' | 'match' | 'mismatch' = 'unknown';
  readonly #options: SessionOptions;
  readonly #maps: ChannelMap[];
  readonly #wanted: ProfileValue[];
  readonly #reader: RegisterReader;
  readonly #doubts: Doubts;
  readonly #look: CloseLook;
  readonly #latest = new Map<ValueName, Measured>();
  /** Phases that have had a voltage since polls began. */
  readonly #lived = new Set<Phase>();
  /** What the plans were made for. */
  #planned: Terrain | null = null;
  #fast: PlannedRead[] = [];
  #slow: PlannedRead[] = [];
  #slowLeft: PlannedRead[] = [];
  #slowBegunMs: number | null = null;
  #marksLeft: readonly IdentityMark[];
  #markTries = 0;
  #serial: string | undefined;
  #goodMs: number | null = null;

  /** @throws SolthriveError `phase_unknown` where a channel does not fit the profile */
  constructor(options: SessionOptions) {
    const { meter, profile, line, clock } = options;
    this.#options = options;
    this.meter = meter;
    this.#maps = mapChannels(meter, profile, options.ctProfiles);
    this.#wanted = wantedValues(this.#maps, profile);
    this.#reader = new RegisterReader({ line, unit: meter.unit, profile, clock });
    this.#marksLeft = profile.identity;
    const { ctProfiles, service } = options;
    const { channels } = meter;
    this.#doubts = new Doubts({ profile, maps: this.#maps, channels, ctProfiles, service });
    this.#look = new CloseLook({
      profile,
      doubts: this.#doubts,
      requests: () => [...this.#fast, ...this.#slow],
      values: () => this.#wanted.filter(({ name }) => !this.#reader.missing.has(name)),
      isOtherKind: () => this.identity === 'mismatch',
      fetch: (request, signal) => this.#reader.look(request, signal),
    });
    this.#plan();
  }

  /** Values of the profile that this meter turned out not to have. */
  get missing(): ValueName[] {
    return [...this.#reader.missing];
  }

  /** The meter's own number; undefined until it has told it, and again after it was away. */
  get serial(): string | undefined {
    return this.#serial;
  }

  /** What a closer look at impossible values has told; null where nothing, or none was needed. */
  get signature(): Signature | null {
    return this.#look.signature;
  }

  get plan(): { fast: readonly PlannedRead[]; slow: readonly PlannedRead[] } {
    return { fast: this.#fast, slow: this.#slow };
  }

  /** What a poll will take on the wire, ms. */
  get pollCostMs(): number {
    return this.#fast.reduce((total, { count }) => total + this.#reader.costMs(count), 0);
  }

  /** How long ago a round of slow values began, ms; infinite before the first. */
  get slowAgeMs(): number {
    return this.#slowBegunMs === null ? Number.POSITIVE_INFINITY : this.#nowMs - this.#slowBegunMs;
  }

  /** Reads the fast values. Never rejects: a reading that is not `ok` says why. */
  async poll(signal: AbortSignal): Promise<Reading> {
    for (const { name, speed } of this.#wanted) if (speed === 'fast') this.#latest.delete(name);
    try {
      const batch = await this.#reader.read(this.#fast, signal);
      if (batch.monoMs === null) {
        this.#reader.disbelieve();
        throw batch.refusal;
      }
      this.#keep(batch);
      this.#askWhoIsBack(batch.monoMs);
      return this.#good(batch.monoMs, batch.wireMs);
    } catch (thrown) {
      return this.#failed(asError(thrown));
    }
  }

  /**
   * The next request that can wait: which kind of meter it is, once, then a closer look where its
   * numbers cannot be, then the slow values.
   * @param mayBegin  whether a new round of slow values may begin
   */
  nextSlow(mayBegin: boolean): SlowWork | null {
    const [mark] = this.#marksLeft;
    if (mark) {
      const costMs = this.#reader.costMs(registersOf(mark.type));
      return { costMs, run: (signal) => this.#identify(mark, signal) };
    }
    const look = this.#look.next(this.#nowMs);
    if (look) {
      const costMs = this.#reader.costMs(look.count);
      return { costMs, run: (signal) => this.#look.run(signal, () => this.#nowMs) };
    }
    if (this.#slowLeft.length === 0 && mayBegin) {
      // Latencies are known better than when the plan was made.
      this.#plan();
      this.#slowBegunMs = this.#nowMs;
      this.#slowLeft = this.#slow;
    }
    const [read] = this.#slowLeft;
    if (!read) return null;
    const costMs = this.#reader.costMs(read.count);
    return { costMs, run: (signal) => this.#readSlow(read, signal) };
  }

  get #nowMs(): number {
    return this.#options.clock.mono();
  }

  #plan(): void {
    const { terrain, missing } = this.#reader;
    const plan = (speed: ProfileValue['speed']) => {
      const values = this.#wanted.filter((value) => value.speed === speed);
      const there = values.filter(({ name }) => !missing.has(name));
      return planReads(terrain, there, (count) => this.#reader.costMs(count));
    };
    // Powers come last, because the time of the last reply is the time of the reading.
    this.#fast = plan('fast').sort((a, b) => powersIn(a) - powersIn(b));
    this.#slow = plan('slow');
    this.#planned = terrain;
  }

  #keep(batch: Batch): void {
    for (const [name, measured] of batch.values) this.#latest.set(name, measured);
    this.#doubts.note(batch.values);
    const learnt = this.#reader.believe(batch);
    if (learnt || this.#reader.terrain !== this.#planned) this.#plan();
  }

  /** What fails grows old and is read again in the next round; the line counts the failure. */
  async #readSlow(read: PlannedRead, signal: AbortSignal): Promise<boolean> {
    this.#slowLeft = this.#slowLeft.slice(1);
    try {
      this.#keep(await this.#reader.read([read], signal));
      return true;
    } catch {
      return false;
    }
  }

  /** Some meters do not answer at all for registers they do not have: the tries are counted. */
  async #identify(mark: IdentityMark, signal: AbortSignal): Promise<boolean> {
    this.#markTries++;
    try {
      const answer = await this.#reader.identify(mark, signal);
      if (answer?.matches === false) this.identity = 'mismatch';
      if (answer?.matches && this.identity === 'unknown') this.identity = 'match';
      if (answer?.matches && mark.serial) this.#serial = String(answer.found);
      this.#nextMark();
      return true;
    } catch {
      if (this.#markTries >= IDENTITY_TRIES) this.#nextMark();
      return false;
    }
  }

  /** Who was away may be another meter now: that is known before its counters are read. */
  #askWhoIsBack(monoMs: number): void {
    const awayMs = monoMs - (this.#goodMs ?? monoMs);
    this.#goodMs = monoMs;
    if (awayMs <= SLOW_LIVES * slowPeriodMs(this.#options.intervalMs)) return;
    this.#serial = undefined;
    this.#marksLeft = this.#options.profile.identity.filter(({ serial }) => serial);
    this.#markTries = 0;
    this.#slowLeft = [];
  }

  #nextMark(): void {
    this.#marksLeft = this.#marksLeft.slice(1);
    this.#markTries = 0;
  }

  #good(monoMs: number, wireMs: number): Reading {
    const oldestMs = this.#nowMs - SLOW_LIVES * slowPeriodMs(this.#options.intervalMs);
    const known: LookUp = (name) => {
      const measured = this.#latest.get(name);
      return measured && measured.monoMs >= oldestMs ? measured : undefined;
    };
    const doubts = this.#doubts.check(known, monoMs);
    this.#look.note(doubts.length > 0, this.#nowMs);
    const lookUp = this.#doubts.hidden.size > 0 ? without(this.#doubts.hidden, known) : known;
    for (const phase of connectedPhases(lookUp)) this.#lived.add(phase);
    const read = (map: ChannelMap) => readChannel(map, lookUp, this.#lived);
    return {
      ...this.#head(monoMs),
      ok: true,
      frequency_hz: readValue(lookUp, 'frequency'),
      latency_ms: wireMs,
      ...(this.#serial !== undefined && { serial: this.#serial }),
      channels: Object.fromEntries(this.#maps.map((map) => [map.id, read(map)])),
      ...(doubts.length > 0 && { doubts: [...doubts] }),
    };
  }

  #failed(error: Error): Reading {
    const { message } = error;
    const isOurs = error instanceof SolthriveError;
    return {
      ...this.#head(this.#nowMs),
      ok: false,
      error: isOurs
        ? { code: error.code, message, hint: error.hint }
        : { code: 'bus_bad_reply', message },
      channels: {},
    };
  }

  #head(monoMs: number): Pick<Reading, 'meter' | 'ts' | 'mono_ms' | 'simulated'> {
    const { clock, simulated } = this.#options;
    return {
      meter: this.meter.id,
      ts: isoTime(clock.now() - (clock.mono() - monoMs)),
      mono_ms: monoMs,
      ...(simulated ? { simulated } : {}),
    };
  }
}

function powersIn({ values }: PlannedRead): number {
  return values.filter(({ unit }) => unit === 'W').length;
}

/** Hidden values were read, and are not known all the same. */
function without(hidden: ReadonlySet<ValueName>, known: LookUp): LookUp {
  return (name) => {
    const measured = known(name);
    return measured && hidden.has(name) ? { ...measured, value: null } : measured;
  };
}
