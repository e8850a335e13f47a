/**
 * Makes minutes of snapshots: a snapshot labelled with a second stands for the second that ends
 * there, so the one on the full minute is the last of the minute before. It touches no file.
 */
import type { LedgerState, Measured, MeasuredChannel } from '../balance/measured.ts';
import type { Snapshot } from '../balance/snapshot.ts';
import { isoTime } from '../site/clock.ts';
import type { MinuteChannel, MinuteRecord } from './minute.ts';
import { Mean, Range, roundedCounterKwh, roundedKwh, Sum } from './tally.ts';

const MINUTE_MS = 60_000;
/** A clock set back by no more is waited for; further back it starts over in the past. */
const WAIT_FOR_CLOCK_MS = 120_000;

const FLOW_KEYS = [
  'solar_home_kwh',
  'solar_grid_kwh',
  'grid_home_kwh',
  'solar_battery_kwh',
  'battery_home_kwh',
  'battery_grid_kwh',
  'grid_battery_kwh',
] as const;

export class MinuteBuilder {
  #config: string;
  #minute: OpenMinute | null = null;
  /** No minute before this may be opened. */
  #floorMs = Number.NEGATIVE_INFINITY;
  /** How often the clock went back: minutes lived twice must add, as those of two runs do. */
  #rewinds = 0;

  /** @param config  short hash of the configuration */
  constructor(config: string) {
    this.#config = config;
  }

  /** Takes a second; gives the minutes that are complete with it, in order. */
  take(snapshot: Snapshot, measured: Measured): MinuteRecord[] {
    const done: MinuteRecord[] = [];
    const endMs = Date.parse(snapshot.ts);
    const startMs = this.#minuteOf(endMs);
    const run = this.#rewinds === 0 ? snapshot.run : `${snapshot.run}.${this.#rewinds}`;
    if (this.#minute && (this.#minute.startMs !== startMs || this.#minute.run !== run)) {
      done.push(this.#minute.record(this.#config));
      this.#minute = null;
    }
    this.#minute ??= new OpenMinute(startMs, run);
    this.#floorMs = startMs;
    this.#minute.add(snapshot, measured);
    if (endMs === startMs + MINUTE_MS) {
      done.push(this.#minute.record(this.#config));
      this.#minute = null;
      this.#floorMs = endMs;
    }
    return done;
  }

  /**
   * The minute so far, to be written before a stop. It stays open: should seconds follow after all
   * (a deploy of this node alone), the whole minute comes again with a higher `rev`.
   */
  cut(): MinuteRecord | null {
    return this.#minute?.record(this.#config) ?? null;
  }

  #minuteOf(endMs: number): number {
    const startMs = Math.floor((endMs - 1) / MINUTE_MS) * MINUTE_MS;
    if (startMs >= this.#floorMs) return startMs;
    if (this.#floorMs - startMs <= WAIT_FOR_CLOCK_MS) return this.#floorMs;
    this.#rewinds += 1;
    this.#floorMs = Number.NEGATIVE_INFINITY;
    return startMs;
  }
}

/** One minute while its seconds come in. */
class OpenMinute {
  readonly startMs: number;
  readonly run: string;
  #rev = 0;
  #simulated = false;
  #coveredS = 0;
  #heldS = 0;
  #estimatedS = 0;
  #recoveredS = 0;
  #byCounter = true;
  #powers = new Map<string, Range>();
  #energies = new Map<string, Sum>();
  #channels = new Map<string, ChannelTally>();
  #ledger: LedgerState | null = null;

  constructor(startMs: number, run: string) {
    this.startMs = startMs;
    this.run = run;
  }

  add(snapshot: Snapshot, measured: Measured): void {
    this.#simulated ||= snapshot.simulated ?? false;
    if (snapshot.held) this.#heldS += measured.covered_s;
    else this.#coveredS += measured.covered_s;
    this.#estimatedS += measured.estimated_s;
    this.#recoveredS += measured.recovered_s;
    this.#byCounter &&= measured.by === 'counter';
    this.#ledger = measured.ledger;
    this.#addPowers(snapshot);
    for (const [key, kwh] of Object.entries(measured.energy)) this.#energy(key).add(kwh);
    for (const key of FLOW_KEYS) this.#energy(key).add(measured.flows?.[key] ?? null);
    for (const [id, channel] of Object.entries(measured.channels)) {
      const tally = this.#channels.get(id) ?? new ChannelTally();
      tally.add(snapshot.channels[id]?.power_w ?? null, channel);
      this.#channels.set(id, tally);
    }
  }

  #addPowers({ solar_w, home_w, grid_w, battery_w, ev_w }: Snapshot): void {
    const powers = { solar: solar_w, home: home_w, grid: grid_w, battery: battery_w, ev: ev_w };
    for (const [key, powerW] of Object.entries(powers)) {
      if (powerW === undefined) continue;
      const range = this.#powers.get(key) ?? new Range();
      range.add(powerW);
      this.#powers.set(key, range);
    }
  }

  #energy(key: string): Sum {
    const known = this.#energies.get(key) ?? new Sum();
    this.#energies.set(key, known);
    return known;
  }

  record(config: string): MinuteRecord {
    this.#rev += 1;
    const stats = (key: string) => this.#powers.get(key)?.stats() ?? null;
    const has = (key: string) => this.#powers.has(key);
    const marks = {
      held_s: Math.round(this.#heldS),
      estimated_s: Math.round(this.#estimatedS),
      recovered_s: Math.round(this.#recoveredS),
    };
    const channels = [...this.#channels].map(([id, tally]) => [id, tally.record()]);
    return {
      v: 1,
      ts: isoTime(this.startMs),
      run: this.run,
      rev: this.#rev,
      config,
      covered_s: Math.round(this.#coveredS),
      ...Object.fromEntries(Object.entries(marks).filter(([, seconds]) => seconds > 0)),
      ...(this.#simulated && { simulated: true as const }),
      power: {
        solar: stats('solar'),
        home: stats('home'),
        grid: stats('grid'),
        ...(has('battery') && { battery: stats('battery') }),
        ...(has('ev') && { ev: stats('ev') }),
      },
      energy: this.#energyRecord(),
      channels: Object.fromEntries(channels),
      ...(this.#ledger && { ledger: rounded(this.#ledger) }),
    };
  }

  /** The energies the site has; flows of a battery only where it has one. */
  #energyRecord(): MinuteRecord['energy'] {
    const kwh = (key: string) => this.#energies.get(key)?.kwh ?? null;
    const battery = this.#energies.has('battery_charge_kwh');
    const more = [...this.#energies.keys()]
      .filter((key) => battery || !key.includes('battery'))
      .map((key) => [key, kwh(key)]);
    return {
      solar_kwh: kwh('solar_kwh'),
      home_kwh: kwh('home_kwh'),
      import_kwh: kwh('import_kwh'),
      export_kwh: kwh('export_kwh'),
      ...Object.fromEntries(more),
      by: this.#byCounter ? 'counter' : 'integral',
    };
  }
}

/** One channel's minute. */
class ChannelTally {
  #power = new Mean();
  #import = new Sum();
  #export = new Sum();
  #last: MeasuredChannel | null = null;

  add(powerW: number | null, measured: MeasuredChannel): void {
    this.#power.add(powerW);
    this.#import.add(measured.import_kwh);
    this.#export.add(measured.export_kwh);
    this.#last = measured;
  }

  record(): MinuteChannel {
    const counters = Object.entries(this.#last ?? {}).filter(([key]) => key.startsWith('counter_'));
    return {
      mean_w: this.#power.watts,
      import_kwh: this.#import.kwh,
      export_kwh: this.#export.kwh,
      ...Object.fromEntries(counters.map(([key, kwh]) => [key, roundedCounterKwh(kwh)])),
    };
  }
}

/** Doubles to the digits that mean something: a line is written 1440 times a day. */
function rounded(ledger: LedgerState): LedgerState {
  const short = (_key: string, value: unknown) =>
    typeof value === 'number' ? roundedKwh(value) : value;
  return JSON.parse(JSON.stringify(ledger, short)) as LedgerState;
}
