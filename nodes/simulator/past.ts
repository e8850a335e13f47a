/**
 * The believable past of a home that was never measured: minute records out of the same model, ended
 * where the live meter begins. Works in small turns, so that nothing else has to wait.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { integrate, integrateFlows } from '../balance/integrate.ts';
import { balancePower, type PowerInputs } from '../balance/power.ts';
import type { MinuteChannel, MinuteRecord } from '../journal/minute.ts';
import { Mean, Range, roundedCounterKwh, Sum } from '../journal/tally.ts';
import { PHASES, type Phase } from '../meter/reading.ts';
import { isoTime } from '../site/clock.ts';
import type { ChannelConfig, SiteConfig } from '../site/schema.ts';
import type { Counters } from './counters.ts';
import type { Measurement } from './measuring.ts';
import { LIVE_STEP_MS, type MeteredHome } from './metered-home.ts';

export interface PastSetup {
  /** Stands at the start of the past and is lived forward to its end. */
  metered: MeteredHome;
  /** The meter's id and channels in the configuration. */
  meter: { id: string; channels: readonly ChannelConfig[] };
  position: SiteConfig['solar_position'];
  /** Short hash of the configuration. */
  config: string;
  /** False where the live counters go on from elsewhere. */
  withCounters: boolean;
}

/** Two days: a whole yesterday in any time zone. */
const PAST_MS = 48 * 3_600_000;

const MINUTE_MS = 60_000;
const STEP_MS = 10_000;
const MINUTES_A_TURN = 5;
const MINUTES_A_BATCH = 240;

/** The start of a past that ends at `nowMs`: a whole minute. */
export function pastStart(nowMs: number): number {
  return Math.floor((nowMs - PAST_MS) / MINUTE_MS) * MINUTE_MS;
}

/** Lives to the last whole minute before `nowMs`, in batches of records. Ends early when aborted. */
export async function* writePast(
  setup: PastSetup,
  nowMs: number,
  signal: AbortSignal,
): AsyncGenerator<MinuteRecord[]> {
  let batch: MinuteRecord[] = [];
  const end = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  for (let start = setup.metered.now.ms; start < end && !signal.aborted; start += MINUTE_MS) {
    batch.push(liveMinute(setup));
    if (batch.length % MINUTES_A_TURN === 0) await nextTurn();
    if (batch.length === MINUTES_A_BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0 && !signal.aborted) yield batch;
}

/** A restart takes less: over so long the counters grow as if there had been none. */
const SHORT_SLEEP_MS = 15 * MINUTE_MS;
/** Of a longer one only the sum counts: a kettle is not missed, and a straight line is near enough. */
const SLEEP_STEP_MS = MINUTE_MS;
const STEPS_A_TURN = 60;

/** Lives on to `nowMs` in turns, recording nothing: the time the appliance was off. */
export async function sleepUntil(
  metered: MeteredHome,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const shortUntilMs = metered.now.ms + SHORT_SLEEP_MS;
  while (metered.now.ms < nowMs && !signal.aborted) {
    const stepMs = metered.now.ms < shortUntilMs ? LIVE_STEP_MS : SLEEP_STEP_MS;
    metered.advance(Math.min(nowMs, metered.now.ms + STEPS_A_TURN * stepMs), { stepMs });
    await nextTurn();
  }
}

/** One minute from where the home stands. */
function liveMinute(setup: PastSetup): MinuteRecord {
  const { metered, meter, position, config } = setup;
  const ts = isoTime(metered.now.ms);
  const tally = new HomeTally(position);
  const channels = meter.channels.map((channel) => ({ channel, tally: new ChannelTally() }));
  let before = metered.now;
  for (let step = 0; step < MINUTE_MS / STEP_MS; step++) {
    const after = metered.advance(before.ms + STEP_MS, { stepMs: STEP_MS });
    tally.add(inputsOf(before, meter.channels), inputsOf(after, meter.channels));
    for (const each of channels) {
      each.tally.add(powerOf(before, each.channel), powerOf(after, each.channel));
    }
    before = after;
  }
  return {
    v: 1,
    ts,
    run: 'past',
    rev: 1,
    config,
    covered_s: MINUTE_MS / 1000,
    simulated: true,
    ...tally.record(),
    channels: Object.fromEntries(
      channels.map(({ channel, tally: own }) => [
        `${meter.id}/${channel.id}`,
        own.record(setup.withCounters ? countersOf(metered.counters, channel) : {}),
      ]),
    ),
  };
}

/** What the balance is fed with, W. */
function inputsOf(now: Measurement, channels: readonly ChannelConfig[]): PowerInputs {
  const sum = (role: ChannelConfig['role']) =>
    channels.reduce((total, each) => total + (each.role === role ? powerOf(now, each) : 0), 0);
  return { mainsW: sum('grid'), solarRawW: sum('solar') };
}

function powerOf({ inputs }: Measurement, channel: ChannelConfig): number {
  const phases: readonly Phase[] = channel.phases ?? PHASES;
  const measured = phases.reduce((sum, phase) => sum + inputs[phase].powerW, 0);
  return measured * channel.multiplier * (channel.invert ? -1 : 1);
}

type CounterFields = Pick<MinuteChannel, 'counter_import_kwh' | 'counter_export_kwh'>;

/** Both counters of a channel at the end of the minute, legs counted singly. */
function countersOf(counters: Counters, channel: ChannelConfig): CounterFields {
  const parts = channel.phases?.map((phase) => counters[phase]) ?? [counters.total];
  const sum = (pick: (energy: Counters['total']) => number) =>
    roundedCounterKwh(parts.reduce((total, each) => total + pick(each), 0) * channel.multiplier);
  const forward = sum((energy) => energy.importKwh);
  const backward = sum((energy) => energy.exportKwh);
  return channel.invert
    ? { counter_import_kwh: backward, counter_export_kwh: forward }
    : { counter_import_kwh: forward, counter_export_kwh: backward };
}

class ChannelTally {
  readonly #power = new Mean();
  readonly #import = new Sum();
  readonly #export = new Sum();

  add(fromW: number, toW: number): void {
    const span = integrate(fromW, toW, STEP_MS / 1000);
    this.#power.add(toW);
    this.#import.add((span?.positiveWh ?? 0) / 1000);
    this.#export.add((span?.negativeWh ?? 0) / 1000);
  }

  record(counters: CounterFields): MinuteChannel {
    return {
      mean_w: this.#power.watts,
      import_kwh: this.#import.kwh,
      export_kwh: this.#export.kwh,
      ...counters,
    };
  }
}

/** Powers and energies of the home over one minute, by the rules of the balance. */
class HomeTally {
  readonly #position: SiteConfig['solar_position'];
  readonly #power = { solar: new Range(), home: new Range(), grid: new Range() };
  readonly #energy = { solar: new Sum(), home: new Sum(), import: new Sum(), export: new Sum() };
  readonly #flows = { solarHome: new Sum(), solarGrid: new Sum(), gridHome: new Sum() };

  constructor(position: SiteConfig['solar_position']) {
    this.#position = position;
  }

  add(from: PowerInputs, to: PowerInputs): void {
    const before = balancePower(from, this.#position);
    const after = balancePower(to, this.#position);
    const dtS = STEP_MS / 1000;
    this.#power.solar.add(after.solarW);
    this.#power.home.add(after.homeW);
    this.#power.grid.add(after.gridW);

    const grid = integrate(before.gridW ?? 0, after.gridW ?? 0, dtS);
    const solar = integrate(from.solarRawW ?? 0, to.solarRawW ?? 0, dtS);
    const made = (solar?.positiveWh ?? 0) / 1000;
    const bought = (grid?.positiveWh ?? 0) / 1000;
    const sold = (grid?.negativeWh ?? 0) / 1000;
    this.#energy.solar.add(made);
    this.#energy.import.add(bought);
    this.#energy.export.add(sold);
    this.#energy.home.add(made + bought - sold);

    const flows = integrateFlows(from, to, { dtS, position: this.#position });
    if (!flows) return;
    this.#flows.solarHome.add(flows.solar_home_w / 1000);
    this.#flows.solarGrid.add(flows.solar_grid_w / 1000);
    this.#flows.gridHome.add(flows.grid_home_w / 1000);
  }

  record(): Pick<MinuteRecord, 'power' | 'energy'> {
    const { solar, home, grid } = this.#power;
    return {
      power: { solar: solar.stats(), home: home.stats(), grid: grid.stats() },
      energy: {
        solar_kwh: this.#energy.solar.kwh,
        home_kwh: this.#energy.home.kwh,
        import_kwh: this.#energy.import.kwh,
        export_kwh: this.#energy.export.kwh,
        solar_home_kwh: this.#flows.solarHome.kwh,
        solar_grid_kwh: this.#flows.solarGrid.kwh,
        grid_home_kwh: this.#flows.gridHome.kwh,
        by: 'integral',
      },
    };
  }
}
