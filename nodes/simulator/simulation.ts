/**
 * The life of a simulated home beside the records it is part of: its past is made up once, its
 * counters outlive restarts, and the meter runs in between. Node-RED itself is not seen here.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MinuteRecord } from '../journal/minute.ts';
import type { Timer } from '../site/clock.ts';
import type { SiteConfig } from '../site/schema.ts';
import type { ActiveFault } from './commands.ts';
import { recallCounters, rememberCounters } from './counter-file.ts';
import { type Counters, zeroCounters } from './counters.ts';
import { createHome, type Home } from './home.ts';
import { SOUND } from './measuring.ts';
import { MeteredHome, type Standing } from './metered-home.ts';
import { pastStart, sleepUntil, writePast } from './past.ts';
import type { Plan } from './plan.ts';
import { type MeterSetup, SimulatedMeter } from './simulated-meter.ts';
import type { MeterInput, Wiring } from './wiring.ts';

export interface SimulationSetup
  extends Pick<MeterSetup, 'clock' | 'onFaults' | 'onUpdate' | 'onLost'> {
  plan: Plan;
  /** The records folder of the site. */
  records: string;
  /** Short hash of the configuration. */
  config: string;
  position: SiteConfig['solar_position'];
  onPast(minutes: MinuteRecord[]): void;
  /** The counters could not be remembered. */
  onForgetful(error: unknown): void;
}

const SEED = 1;
const REMEMBER_MS = 60_000;
/** Longer away than this and the counters go on as if it had been no longer. */
const LONGEST_AWAY_MS = 30 * 86_400_000;

export class Simulation {
  readonly #setup: SimulationSetup;
  readonly #home: Home;
  readonly #ended = new AbortController();
  #metered: MeteredHome | null = null;
  #meter: SimulatedMeter | null = null;
  #timer: Timer | null = null;
  #started: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();

  constructor(setup: SimulationSetup) {
    this.#setup = setup;
    this.#home = createHome(setup.plan.home, { seed: SEED });
  }

  /** The running meter; null until it runs. */
  get meter(): SimulatedMeter | null {
    return this.#meter;
  }

  /**
   * Makes up the past where there is none, brings the counters up to now, and serves the meter.
   * @throws SolthriveError `bus_unreachable`
   */
  start(): Promise<void> {
    this.#started = this.#live();
    return this.#started;
  }

  async #live(): Promise<void> {
    const metered = await this.#liveToNow();
    if (this.#ended.signal.aborted) return;
    const { plan, clock, onFaults, onUpdate, onLost } = this.#setup;
    const hooks = {
      onUpdate,
      onLost,
      onFaults: (active: ActiveFault[]) => {
        this.#remember();
        onFaults?.(active);
      },
    };
    const meter = new SimulatedMeter({ ...plan, ...hooks, metered, clock });
    this.#metered = metered;
    // Nobody may have read a counter that a crash would forget.
    this.#remember();
    await this.#writing;
    await meter.start();
    this.#meter = meter;
    this.#rememberSoon();
  }

  /** Frees the port and remembers the counters. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#started.catch(() => {});
    this.#timer?.cancel();
    await this.#meter?.stop();
    this.#remember();
    await this.#writing;
  }

  get #file(): string {
    return join(this.#setup.records, 'simulator.json');
  }

  async #liveToNow(): Promise<MeteredHome> {
    const { plan, clock, records } = this.#setup;
    const begin = (ms: number) => this.#standing({ ms, counters: startingCounters(plan.wiring) });
    if (!plan.standIn) return begin(clock.now());
    const known = await recallCounters(this.#file);
    const isNew = !(await hasMinutes(records));
    if (!known) {
      const metered = begin(isNew ? pastStart(clock.now()) : clock.now());
      if (isNew) await this.#makePast(metered, true);
      return this.#awake(metered);
    }
    if (isNew) {
      const past = { ms: pastStart(clock.now()), counters: zeroCounters() };
      await this.#makePast(this.#standing(past), false);
    }
    const ms = Math.max(Math.min(known.ms, clock.now()), clock.now() - LONGEST_AWAY_MS);
    return this.#awake(this.#standing({ ...known, ms }));
  }

  async #awake(metered: MeteredHome): Promise<MeteredHome> {
    const { clock } = this.#setup;
    await sleepUntil(metered, clock.now(), this.#ended.signal);
    // Which took some time of its own.
    metered.advance(clock.now());
    metered.rewire(SOUND);
    return metered;
  }

  async #makePast(metered: MeteredHome, withCounters: boolean): Promise<void> {
    const { plan, position, config, clock, onPast } = this.#setup;
    if (!plan.standIn) return;
    const past = { metered, meter: plan.standIn, position, config, withCounters };
    for await (const minutes of writePast(past, clock.now(), this.#ended.signal)) onPast(minutes);
  }

  #standing(standing: Standing): MeteredHome {
    return new MeteredHome({ home: this.#home, wiring: this.#setup.plan.wiring, ...standing });
  }

  #rememberSoon(): void {
    this.#timer = this.#setup.clock.after(REMEMBER_MS, () => {
      this.#remember();
      this.#rememberSoon();
    });
  }

  #remember(): void {
    const metered = this.#metered;
    if (!metered || !this.#setup.plan.standIn) return;
    const { standing } = metered;
    this.#writing = this.#writing
      .then(() => rememberCounters(this.#file, standing))
      .catch((error: unknown) => this.#setup.onForgetful(error));
  }
}

/** What a meter shows after a year or so on the wall. */
function startingCounters(wiring: Wiring): Counters {
  const shown = {
    mains: { importKwh: 2_214.6, exportKwh: 2_871.2 },
    solar: { importKwh: 7_402.9, exportKwh: 31.4 },
    none: { importKwh: 0, exportKwh: 0 },
  };
  const on = ({ conductor: { kind } }: MeterInput) =>
    kind === 'mains' || kind === 'solar' ? shown[kind] : shown.none;
  return { l1: on(wiring.l1), l2: on(wiring.l2), l3: on(wiring.l3), total: shown.mains };
}

async function hasMinutes(records: string): Promise<boolean> {
  try {
    return (await readdir(join(records, 'minute'))).some((name) => name.includes('.jsonl'));
  } catch {
    return false;
  }
}
