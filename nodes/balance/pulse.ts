/**
 * The balance in time: takes up the energy of the run before, then gives a snapshot each second,
 * the first one when every source it needs has been read, or after three seconds.
 */
import { randomBytes } from 'node:crypto';
import type { Fault } from '../health/faults.ts';
import type { Reading } from '../meter/reading.ts';
import type { Clock } from '../site/clock.ts';
import type { TimeMachine } from '../site/clock-trust.ts';
import type { Site } from '../site/config.ts';
import { SolthriveError } from '../site/errors.ts';
import { asConfigured, checkReading } from './check-reading.ts';
import { Checkpoint, type Resume, readResume } from './checkpoint.ts';
import { type BootTime, downtimeMs, type Wakening } from './downtime.ts';
import { Balance, type Tick } from './home.ts';
import { Impossible } from './impossible.ts';
import type { Instant } from './ledger.ts';
import { Ticker } from './ticker.ts';
import { endedAt } from './unrecorded.ts';

/** A source may be slow to come: longer than this nobody waits for it, ms. */
const FIRST_WITHIN_MS = 3_000;

export interface PulseOptions {
  site: Site;
  clock: Clock;
  machine: TimeMachine;
  /**
   * Whether the program has just started. In a deploy of the balance alone the journal still holds
   * the open minute: nothing of it is missing.
   */
  fresh: boolean;
  onTick: (tick: Tick) => void;
}

export class Pulse {
  #site: Site;
  #clock: Clock;
  #machine: TimeMachine;
  #fresh: boolean;
  #onTick: (tick: Tick) => void;
  #checkpoint: Checkpoint;
  #ticker: Ticker;
  #startMonoMs: number;
  #balance: Balance | null = null;
  #begun = false;
  #stopped = false;
  /** What came while the earlier run's energy was still being looked for. */
  #early: (Reading | Fault)[] = [];
  /** What sources of somebody's own are measured by. */
  #impossible = new Map<string, Impossible>();

  constructor({ site, clock, machine, fresh, onTick }: PulseOptions) {
    this.#fresh = fresh;
    this.#site = site;
    this.#clock = clock;
    this.#machine = machine;
    this.#onTick = onTick;
    this.#checkpoint = new Checkpoint(site.paths);
    this.#ticker = new Ticker(clock, (second) => this.#second(second));
    this.#startMonoMs = clock.mono();
    const { meters, ct_profiles, site: service } = site.config;
    for (const meter of meters) {
      if (meter.source !== 'external') continue;
      this.#impossible.set(meter.id, new Impossible(meter, ct_profiles, service));
    }
  }

  /** Takes up the earlier run and begins to tick. */
  async start(): Promise<void> {
    const { config, paths, simulated } = this.#site;
    const [resume, facts] = await Promise.all([readResume(paths), this.#machine.facts()]);
    if (this.#stopped) return;
    const start = this.#now();
    this.#balance = new Balance({
      config,
      run: randomBytes(4).toString('hex'),
      simulated: simulated !== null,
      ...(resume && this.#datedAnew(resume, { wallMs: start.wallMs, boot: this.#boot(), facts })),
      start,
    });
    for (const early of this.#early.splice(0)) {
      if ('meter' in early) this.#balance.take(early);
      else this.#balance.takeFault(early);
    }
    this.#ticker.start();
  }

  /**
   * Takes what should be a reading, and returns it as it was sent.
   * @throws SolthriveError `message_invalid`, `source_unknown`
   */
  take(payload: unknown): Reading {
    const { meters, ct_profiles } = this.#site.config;
    const sent = checkReading(payload, this.#now());
    const meter = meters.find(({ id }) => id === sent.meter);
    if (!meter) throw new SolthriveError('source_unknown', { meter: sent.meter });
    const possible = this.#impossible.get(meter.id)?.without(sent) ?? sent;
    const reading = asConfigured(possible, meter, ct_profiles);
    if (this.#balance) this.#balance.take(reading);
    else this.#early.push(reading);
    return sent;
  }

  takeFault(fault: Fault): void {
    if (this.#balance) this.#balance.takeFault(fault);
    else this.#early.push(fault);
  }

  stop(): void {
    this.#stopped = true;
    this.#ticker.stop();
    this.#checkpoint.close();
  }

  #second(second: Instant): void {
    const balance = this.#balance;
    if (!balance) return;
    this.#begun ||= balance.complete || second.monoMs - this.#startMonoMs >= FIRST_WITHIN_MS;
    if (!this.#begun) return;
    const tick = balance.tick(second);
    this.#checkpoint.keep(tick.measured.ledger, this.#boot());
    this.#onTick(tick);
  }

  /** What the earlier run has left, as old as it is by all that is known. */
  #datedAnew({ ledger, boot, unrecorded }: Resume, wakening: Wakening) {
    const at = wakening.wallMs - downtimeMs({ atMs: ledger.at, boot }, wakening);
    const isMissing = this.#fresh && unrecorded !== null;
    return { resume: { ...ledger, at }, unrecorded: isMissing ? endedAt(unrecorded, at) : null };
  }

  #boot(): BootTime {
    return { id: this.#machine.bootId, ms: this.#machine.bootMs() };
  }

  #now(): Instant {
    return { wallMs: this.#clock.now(), monoMs: this.#clock.mono() };
  }
}
