/**
 * V1's samples as minutes, by the rules of the balance: trapezoids between samples that are close
 * enough, nothing in a gap but what counters tell of it afterwards.
 */
import { ESTIMATED_WITHIN_S, integrate, integrateFlows } from '../../balance/integrate.ts';
import { balancePower, FLOW_KEYS, type PowerInputs } from '../../balance/power.ts';
import type { MinuteRecord, PowerStats, RecoveredBlock } from '../../journal/minute.ts';
import { isoTime } from '../../site/clock.ts';
import { kwhOf } from '../tariff/money.ts';
import { COUNTERS, type Sample } from './map.ts';

const MINUTE_MS = 60_000;
const MEASURED_WITHIN_MS = 5_000;
/** What a counter may be read too low by, kWh. */
const STEP_KWH = 0.1;

/** Records of V1 are of one run: a minute that is imported twice is one. */
export const V1_RUN = 'v1';

export interface V1Options {
  /** Short hash of the configuration the records name. */
  config: string;
  /** The most that can flow, W: counters that say more are not believed. */
  maxW: number;
}

/** Takes samples in order of time and hands out the minutes that are complete. */
export class V1Minutes {
  readonly #options: V1Options;
  #last: Sample | null = null;
  #open: OpenMinute | null = null;
  #done: MinuteRecord[] = [];

  constructor(options: V1Options) {
    this.#options = options;
  }

  /** @returns false where it comes at or before the last one: it is left out */
  take(read: Sample): boolean {
    const last = this.#last;
    // What was there once and is missing now is not known, which is not the same as not there.
    const sample = { ...read, powers: { ...unknownOf(last), ...read.powers } };
    if (last !== null && sample.ms <= last.ms) return false;
    this.#last = sample;
    if (last === null) return true;
    const dtMs = sample.ms - last.ms;
    if (dtMs > ESTIMATED_WITHIN_S * 1000) this.#recover(last, sample);
    else this.#integrate(last, sample);
    return true;
  }

  /** The minutes that nothing is added to any more. */
  drain(): MinuteRecord[] {
    return this.#done.splice(0);
  }

  /** All that is left. */
  end(): MinuteRecord[] {
    this.#close();
    return this.drain();
  }

  #integrate(from: Sample, to: Sample): void {
    const isMeasured = to.ms - from.ms <= MEASURED_WITHIN_MS;
    const [a, b] = [inputsOf(from), inputsOf(to)];
    let startMs = from.ms;
    while (startMs < to.ms) {
      const endMs = Math.min(to.ms, (Math.floor(startMs / MINUTE_MS) + 1) * MINUTE_MS);
      const at = (ms: number) => between(a, b, (ms - from.ms) / (to.ms - from.ms));
      this.#minute(startMs).add({
        from: at(startMs),
        to: at(endMs),
        ms: endMs - startMs,
        isMeasured,
      });
      startMs = endMs;
    }
  }

  #recover(from: Sample, to: Sample): void {
    const capKwh = (this.#options.maxW * (to.ms - from.ms)) / 3.6e9 + STEP_KWH;
    const energy: RecoveredBlock['energy'] = {};
    for (const name of COUNTERS) {
      const [before, after] = [from.counters[name], to.counters[name]];
      if (before == null || after == null) continue;
      const grown = after - before;
      if (grown >= 0 && grown <= capKwh) energy[`${name}_kwh`] = rounded(grown * 1000);
    }
    const { solar_kwh, import_kwh, export_kwh } = energy;
    if (solar_kwh !== undefined && import_kwh !== undefined && export_kwh !== undefined) {
      energy.home_kwh = rounded((solar_kwh + import_kwh - export_kwh) * 1000);
    }
    if (Object.keys(energy).length === 0) return;
    const block = { from: isoTime(from.ms), to: isoTime(to.ms), energy, channels: {} };
    this.#minute(to.ms).recovered = block;
  }

  #minute(ms: number): OpenMinute {
    const startMs = Math.floor(ms / MINUTE_MS) * MINUTE_MS;
    if (this.#open?.startMs !== startMs) this.#close();
    this.#open ??= new OpenMinute(startMs);
    return this.#open;
  }

  #close(): void {
    if (this.#open !== null) this.#done.push(this.#open.record(this.#options.config));
    this.#open = null;
  }
}

interface Piece {
  from: PowerInputs;
  to: PowerInputs;
  ms: number;
  isMeasured: boolean;
}

type Series = 'solar' | 'home' | 'grid' | 'battery';
type EnergyName = Exclude<keyof MinuteRecord['energy'], 'by'>;

class OpenMinute {
  readonly startMs: number;
  recovered: RecoveredBlock | null = null;
  #coveredMs = 0;
  #estimatedMs = 0;
  #wh = new Map<EnergyName, number>();
  #powers = new Map<Series, { wattMs: number; ms: number; least: number; most: number }>();

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  add({ from, to, ms, isMeasured }: Piece): void {
    if (isMeasured) this.#coveredMs += ms;
    else this.#estimatedMs += ms;
    const [a, b] = [balancePower(from, 'load_side'), balancePower(to, 'load_side')];
    const dtS = ms / 1000;
    this.#watch('solar', [a.solarW, b.solarW], ms);
    this.#watch('home', [a.homeW, b.homeW], ms);
    this.#watch('grid', [a.gridW, b.gridW], ms);
    if (from.batteryW !== undefined) this.#watch('battery', [from.batteryW, to.batteryW], ms);
    const grid = span(a.gridW, b.gridW, dtS);
    const solar = span(from.solarRawW, to.solarRawW, dtS);
    const battery = span(from.batteryW, to.batteryW, dtS);
    this.#grow('import_kwh', grid?.positiveWh);
    this.#grow('export_kwh', grid?.negativeWh);
    this.#grow('solar_kwh', solar?.positiveWh);
    this.#grow('battery_discharge_kwh', battery?.positiveWh);
    this.#grow('battery_charge_kwh', battery?.negativeWh);
    const isWhole = grid && (solar || from.solarRawW === undefined);
    if (isWhole && (battery || from.batteryW === undefined)) {
      const stored = (battery?.positiveWh ?? 0) - (battery?.negativeWh ?? 0);
      const home = (solar?.positiveWh ?? 0) + grid.positiveWh - grid.negativeWh + stored;
      this.#grow('home_kwh', home);
    }
    const flows = integrateFlows(from, to, { dtS, position: 'load_side' });
    for (const key of flows === null ? [] : FLOW_KEYS) {
      const isBattery = key.includes('battery');
      if (!isBattery || from.batteryW !== undefined) {
        this.#grow(key.replace(/_w$/, '_kwh') as EnergyName, flows?.[key]);
      }
    }
  }

  record(config: string): MinuteRecord {
    const estimated = Math.round(this.#estimatedMs / 1000);
    const { recovered } = this;
    const lengthMs = recovered ? Date.parse(recovered.to) - Date.parse(recovered.from) : 0;
    const kwh = (name: EnergyName) => {
      const wh = this.#wh.get(name);
      return wh === undefined ? null : rounded(wh);
    };
    const battery = this.#stats('battery');
    const further = [...this.#wh.keys()].filter((name) => !ALWAYS.includes(name)).sort();
    return {
      v: 1,
      ts: isoTime(this.startMs),
      run: V1_RUN,
      rev: 1,
      config,
      covered_s: Math.round(this.#coveredMs / 1000),
      ...(estimated > 0 && { estimated_s: estimated }),
      ...(recovered && { recovered_s: Math.round(lengthMs / 1000), recovered }),
      power: {
        solar: this.#stats('solar'),
        home: this.#stats('home'),
        grid: this.#stats('grid'),
        ...(battery && { battery }),
      },
      energy: {
        solar_kwh: kwh('solar_kwh'),
        home_kwh: kwh('home_kwh'),
        import_kwh: kwh('import_kwh'),
        export_kwh: kwh('export_kwh'),
        ...Object.fromEntries(further.map((name) => [name, kwh(name)])),
        by: 'integral',
      },
      channels: {},
    };
  }

  #watch(series: Series, ends: [number | null | undefined, number | null | undefined], ms: number) {
    const [a, b] = ends;
    if (a == null || b == null) return;
    const seen = this.#powers.get(series) ?? { wattMs: 0, ms: 0, least: a, most: a };
    seen.wattMs += ((a + b) / 2) * ms;
    seen.ms += ms;
    seen.least = Math.min(seen.least, a, b);
    seen.most = Math.max(seen.most, a, b);
    this.#powers.set(series, seen);
  }

  #stats(series: Series): PowerStats {
    const seen = this.#powers.get(series);
    if (seen === undefined) return null;
    const watts = (value: number) => Math.round(value * 10) / 10;
    return [watts(seen.wattMs / seen.ms), watts(seen.least), watts(seen.most)];
  }

  #grow(name: EnergyName, wh: number | undefined): void {
    if (wh !== undefined) this.#wh.set(name, (this.#wh.get(name) ?? 0) + wh);
  }
}

const ALWAYS: readonly EnergyName[] = ['solar_kwh', 'home_kwh', 'import_kwh', 'export_kwh'];

function unknownOf(last: Sample | null): Sample['powers'] {
  const names = Object.keys(last?.powers ?? {});
  return Object.fromEntries(names.map((name) => [name, null]));
}

/** A home without a grid power has it worked out from what the home used. */
function inputsOf({ powers }: Sample): PowerInputs {
  const { solar, battery, home } = powers;
  const isKnown = home != null && solar !== null && battery !== null;
  const bought = isKnown ? home - Math.max(0, solar ?? 0) - (battery ?? 0) : null;
  return {
    mainsW: powers.grid === undefined ? bought : powers.grid,
    ...(solar !== undefined && { solarRawW: solar }),
    ...(battery !== undefined && { batteryW: battery }),
  };
}

function between(a: PowerInputs, b: PowerInputs, share: number): PowerInputs {
  const value = (key: keyof PowerInputs) => {
    const [from, to] = [a[key], b[key]];
    if (from === undefined && to === undefined) return undefined;
    return from == null || to == null ? null : from + (to - from) * share;
  };
  const [mainsW, solarRawW, batteryW] = [value('mainsW'), value('solarRawW'), value('batteryW')];
  return {
    ...(mainsW !== undefined && { mainsW }),
    ...(solarRawW !== undefined && { solarRawW }),
    ...(batteryW !== undefined && { batteryW }),
  };
}

function span(from: number | null | undefined, to: number | null | undefined, dtS: number) {
  return from == null || to == null ? null : integrate(from, to, dtS);
}

/** kWh with the digits that records keep. */
function rounded(wh: number): number {
  return kwhOf(Math.round(wh * 1e4)) + 0;
}
