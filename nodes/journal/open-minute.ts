/** Adds up one minute from its seconds, and rounds once, when it is asked for its record. */
import type { LedgerState, Measured, MeasuredChannel, Recovered } from '../balance/measured.ts';
import type { Snapshot } from '../balance/snapshot.ts';
import { withoutTold } from '../balance/told-counters.ts';
import { joinRecovered } from '../balance/unrecorded.ts';
import { isoTime } from '../site/clock.ts';
import type { MinuteChannel, MinuteEvent, MinuteRecord, RecoveredBlock } from './minute.ts';
import { Mean, Range, roundedCounterKwh, roundedKwh, Sum } from './tally.ts';

const FLOW_KEYS = [
  'solar_home_kwh',
  'solar_grid_kwh',
  'grid_home_kwh',
  'solar_battery_kwh',
  'battery_home_kwh',
  'battery_grid_kwh',
  'grid_battery_kwh',
] as const;

/** One minute while its seconds come in. */
export class OpenMinute {
  readonly startMs: number;
  readonly run: string;
  #rev = 0;
  #simulated = false;
  #coveredS = 0;
  #heldS = 0;
  #estimatedS = 0;
  #recoveredS = 0;
  #clockStep = false;
  #recovered: Recovered | null = null;
  /** By channel and event: both ways of a meter are reset at once. */
  #events = new Map<string, MinuteEvent>();
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
    this.#clockStep ||= measured.clock_step ?? false;
    this.#addRecovered(measured.recovered);
    for (const { channel, event } of measured.events) {
      this.#events.set(`${channel} ${event}`, { channel, event });
    }
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

  #addRecovered(block: Recovered | null): void {
    if (block === null) return;
    this.#recovered = this.#recovered ? joinRecovered(this.#recovered, block) : block;
  }

  #addPowers(snapshot: Snapshot): void {
    const powers = {
      solar: snapshot.solar_w,
      home: snapshot.home_w,
      grid: snapshot.grid_w,
      battery: snapshot.battery_w,
      ev: snapshot.ev_w,
      residual: snapshot.residual_w,
    };
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
    const marks = {
      held_s: Math.round(this.#heldS),
      estimated_s: Math.round(this.#estimatedS),
      recovered_s: Math.round(this.#recoveredS),
    };
    const channels: MinuteRecord['channels'] = {};
    for (const [id, tally] of this.#channels) channels[id] = tally.record();
    return {
      v: 1,
      ts: isoTime(this.startMs),
      run: this.run,
      rev: this.#rev,
      config,
      covered_s: Math.round(this.#coveredS),
      ...Object.fromEntries(Object.entries(marks).filter(([, seconds]) => seconds > 0)),
      ...(this.#recovered && { recovered: blockOf(this.#recovered) }),
      ...(this.#events.size > 0 && { events: [...this.#events.values()] }),
      ...(this.#clockStep && { clock_step: true as const }),
      ...(this.#simulated && { simulated: true as const }),
      power: this.#powerRecord(),
      energy: this.#energyRecord(),
      channels,
      ...(this.#ledger && { ledger: rounded(withoutTold(this.#ledger, channels)) }),
    };
  }

  #powerRecord(): MinuteRecord['power'] {
    const stats = (key: string) => this.#powers.get(key)?.stats() ?? null;
    const has = (key: string) => this.#powers.has(key);
    const residual = stats('residual');
    return {
      solar: stats('solar'),
      home: stats('home'),
      grid: stats('grid'),
      ...(has('battery') && { battery: stats('battery') }),
      ...(has('ev') && { ev: stats('ev') }),
      ...(residual?.some((watts) => watts !== 0) && { residual }),
    };
  }

  /** The energies the site has; flows of a battery only where it has one. */
  #energyRecord(): MinuteRecord['energy'] {
    const kwh = (key: string) => this.#energies.get(key)?.kwh ?? null;
    const battery = this.#energies.has('battery_charge_kwh');
    const more = [...this.#energies.keys()]
      .filter((key) => battery || !key.includes('battery'))
      .map((key): [string, number | null] => [key, kwh(key)])
      .filter(([key, value]) => key !== 'solar_standby_kwh' || value);
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
  #integratedImport = new Sum();
  #integratedExport = new Sum();
  #last: MeasuredChannel | null = null;

  add(powerW: number | null, measured: MeasuredChannel): void {
    this.#power.add(powerW);
    this.#import.add(measured.import_kwh);
    this.#export.add(measured.export_kwh);
    this.#integratedImport.add(measured.integrated_import_kwh ?? null);
    this.#integratedExport.add(measured.integrated_export_kwh ?? null);
    this.#last = measured;
  }

  record(): MinuteChannel {
    const counters = Object.entries(this.#last ?? {}).filter(([key]) => key.startsWith('counter_'));
    const [importKwh, exportKwh] = [this.#import.kwh, this.#export.kwh];
    return {
      mean_w: this.#power.watts,
      import_kwh: importKwh,
      export_kwh: exportKwh,
      ...Object.fromEntries(counters.map(([key, kwh]) => [key, roundedCounterKwh(kwh)])),
      ...integratedOf('integrated_import_kwh', this.#integratedImport.kwh, importKwh),
      ...integratedOf('integrated_export_kwh', this.#integratedExport.kwh, exportKwh),
    };
  }
}

/** Left out where both ways of measuring say 0: half of all channels are idle in one direction. */
function integratedOf(
  key: 'integrated_import_kwh' | 'integrated_export_kwh',
  kwh: number | null,
  counted: number | null,
): Partial<MinuteChannel> {
  return kwh === null || (kwh === 0 && !counted) ? {} : { [key]: kwh };
}

/** Doubles to the digits that mean something: a line is written 1440 times a day. */
function rounded(ledger: LedgerState): LedgerState {
  const short = (_key: string, value: unknown) =>
    typeof value === 'number' ? roundedKwh(value) : value;
  return JSON.parse(JSON.stringify(ledger, short)) as LedgerState;
}

/** A block as it is kept: in whole seconds, without what came to nothing. */
function blockOf({ fromMs, toMs, energy, channels }: Recovered): RecoveredBlock {
  const [fromS, toS] = [Math.round(fromMs / 1000), Math.round(toMs / 1000)];
  const kept = Object.entries(energy).map(([key, kwh]) => [key, roundedKwh(kwh)] as const);
  const byChannel = Object.entries(channels).map(([id, { import_kwh, export_kwh }]) => [
    id,
    { import_kwh: roundedKwh(import_kwh), export_kwh: roundedKwh(export_kwh) },
  ]);
  return {
    from: isoTime(1000 * Math.min(fromS, toS - 1)),
    to: isoTime(1000 * toS),
    energy: Object.fromEntries(kept.filter(([, kwh]) => kwh !== 0)),
    channels: Object.fromEntries(byChannel),
  };
}
