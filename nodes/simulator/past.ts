/**
 * The believable past of a home that was never measured: minute records out of the same model, ended
 * where the live meter begins. Works in small turns, so that nothing else has to wait.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { integrate, integrateFlows } from '../balance/integrate.ts';
import { balancePower, type PowerInputs } from '../balance/power.ts';
import type { MinuteChannel, MinuteRecord, PowerStats } from '../journal/minute.ts';
import { PHASES, type Phase } from '../meter/reading.ts';
import { isoTime } from '../site/clock.ts';
import type { ChannelConfig, SiteConfig } from '../site/schema.ts';
import type { Counters } from './counters.ts';
import type { MeteredHome } from './metered-home.ts';
import type { Measurement } from './wiring.ts';

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
export const PAST_MS = 48 * 3_600_000;

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

/** Lives on to `nowMs` in turns, recording nothing: the time the appliance was off. */
export async function sleepUntil(
  metered: MeteredHome,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const TURN_MS = 60 * MINUTE_MS;
  while (metered.now.ms < nowMs && !signal.aborted) {
    metered.advance(Math.min(nowMs, metered.now.ms + TURN_MS));
    await nextTurn();
  }
}

/** One minute from where the home stands. */
function liveMinute(setup: PastSetup): MinuteRecord {
  const { metered, meter, position, config } = setup;
  const ts = isoTime(metered.now.ms);
  const tally = new Tally(position);
  const channels = meter.channels.map((channel) => ({ channel, tally: new ChannelTally() }));
  let before = metered.now;
  for (let step = 0; step < MINUTE_MS / STEP_MS; step++) {
    const after = metered.advance(before.ms + STEP_MS);
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
export function inputsOf(now: Measurement, channels: readonly ChannelConfig[]): PowerInputs {
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
    kwh(parts.reduce((total, each) => total + pick(each), 0) * 1000 * channel.multiplier);
  const forward = sum((energy) => energy.importKwh);
  const backward = sum((energy) => energy.exportKwh);
  return channel.invert
    ? { counter_import_kwh: backward, counter_export_kwh: forward }
    : { counter_import_kwh: forward, counter_export_kwh: backward };
}

/** Mean, least and most of a power over the minute. */
class Range {
  #sum = 0;
  #steps = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;

  add(fromW: number, toW: number): void {
    this.#sum += (fromW + toW) / 2;
    this.#steps += 1;
    this.#least = Math.min(this.#least, fromW, toW);
    this.#most = Math.max(this.#most, fromW, toW);
  }

  get meanW(): number {
    return watts(this.#sum / this.#steps);
  }

  stats(): PowerStats {
    return [this.meanW, watts(this.#least), watts(this.#most)];
  }
}

class ChannelTally {
  readonly #range = new Range();
  #importWh = 0;
  #exportWh = 0;

  add(fromW: number, toW: number): void {
    const span = integrate(fromW, toW, STEP_MS / 1000);
    this.#range.add(fromW, toW);
    this.#importWh += span?.positiveWh ?? 0;
    this.#exportWh += span?.negativeWh ?? 0;
  }

  record(counters: CounterFields): MinuteChannel {
    return {
      mean_w: this.#range.meanW,
      import_kwh: kwh(this.#importWh),
      export_kwh: kwh(this.#exportWh),
      ...counters,
    };
  }
}

/** Powers and energies of the home over one minute, by the rules of the balance. */
class Tally {
  readonly #position: SiteConfig['solar_position'];
  readonly #solar = new Range();
  readonly #home = new Range();
  readonly #grid = new Range();
  readonly #wh = { solar: 0, import: 0, export: 0 };
  readonly #flows = { solar_home_w: 0, solar_grid_w: 0, grid_home_w: 0 };

  constructor(position: SiteConfig['solar_position']) {
    this.#position = position;
  }

  add(from: PowerInputs, to: PowerInputs): void {
    const a = balancePower(from, this.#position);
    const b = balancePower(to, this.#position);
    const dtS = STEP_MS / 1000;
    this.#solar.add(a.solarW ?? 0, b.solarW ?? 0);
    this.#home.add(a.homeW ?? 0, b.homeW ?? 0);
    this.#grid.add(a.gridW ?? 0, b.gridW ?? 0);
    const grid = integrate(a.gridW ?? 0, b.gridW ?? 0, dtS);
    this.#wh.solar += integrate(from.solarRawW ?? 0, to.solarRawW ?? 0, dtS)?.positiveWh ?? 0;
    this.#wh.import += grid?.positiveWh ?? 0;
    this.#wh.export += grid?.negativeWh ?? 0;
    const flows = integrateFlows(from, to, { dtS, position: this.#position });
    if (!flows) return;
    this.#flows.solar_home_w += flows.solar_home_w;
    this.#flows.solar_grid_w += flows.solar_grid_w;
    this.#flows.grid_home_w += flows.grid_home_w;
  }

  record(): Pick<MinuteRecord, 'power' | 'energy'> {
    const { solar, import: bought, export: sold } = this.#wh;
    return {
      power: { solar: this.#solar.stats(), home: this.#home.stats(), grid: this.#grid.stats() },
      energy: {
        solar_kwh: kwh(solar),
        home_kwh: kwh(solar + bought - sold),
        import_kwh: kwh(bought),
        export_kwh: kwh(sold),
        solar_home_kwh: kwh(this.#flows.solar_home_w),
        solar_grid_kwh: kwh(this.#flows.solar_grid_w),
        grid_home_kwh: kwh(this.#flows.grid_home_w),
        by: 'integral',
      },
    };
  }
}

/** Tenths of a watt; + 0 keeps -0 out of the file. */
function watts(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}

/** Wh to kWh, to the tenth of a watt-second's neighbourhood a double can keep apart: 1e-7 kWh. */
function kwh(wh: number): number {
  return Math.round(wh * 1e4) / 1e7 + 0;
}
