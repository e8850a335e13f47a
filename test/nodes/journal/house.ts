import { Balance } from '../../../nodes/balance/home.ts';
import type { LedgerState } from '../../../nodes/balance/measured.ts';
import { withTold } from '../../../nodes/balance/told-counters.ts';
import { unrecordedSince } from '../../../nodes/balance/unrecorded.ts';
import { mergeMinutes } from '../../../nodes/journal/merge.ts';
import type { EnergyKey, MinuteRecord } from '../../../nodes/journal/minute.ts';
import { MinuteBuilder } from '../../../nodes/journal/minute-builder.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';

const CONFIG = siteConfigSchema.parse({
  meters: [
    { id: 'main', source: 'external', channels: [{ id: 'mains', role: 'grid' }] },
    { id: 'roof', source: 'external', channels: [{ id: 'pv', role: 'solar' }] },
  ],
});

export const STEP_S = 5;
export const COUNTER_STEP_KWH = 0.01;
/** No power of the house is larger. */
export const MOST_W = 6000;

/** What happens to the appliance after it has run for `atS` since the last call of `live`. */
export interface Event {
  kind: 'restart' | 'kill' | 'power cut' | 'main silent' | 'roof silent';
  atS: number;
  /** How long it is away, or the meter is silent. */
  s: number;
}

/**
 * A house whose true energy is known, and the appliance in it: the balance, the minutes it makes and
 * what of both is on disk. Powers run straight from one sample to the next.
 */
export class House {
  readonly truth = { solar_kwh: 2000, import_kwh: 5000, export_kwh: 800 };
  readonly written: MinuteRecord[] = [];
  /** The state of the last tick. */
  ledger: LedgerState | null = null;
  atS = 0;
  #withCounters: boolean;
  #watts: (atS: number) => { mainsW: number; solarW: number };
  #balance: Balance | null = null;
  #builder = new MinuteBuilder('abc');
  #checkpoint: LedgerState | null = null;
  #runs = 0;
  #bootS = 0;

  constructor(seed: number, withCounters: boolean) {
    this.#withCounters = withCounters;
    this.#watts = wattsOf(seed);
    this.#start();
  }

  get minutes(): MinuteRecord[] {
    return mergeMinutes(this.written);
  }

  /** What the records have of an energy, recovered or not, kWh. */
  recorded(key: EnergyKey): number {
    return this.minutes.reduce(
      (sum, { energy, recovered }) => sum + (energy[key] ?? 0) + (recovered?.energy[key] ?? 0),
      0,
    );
  }

  /** Runs for `seconds`, and is away for as long as the events say. */
  live(seconds: number, events: readonly Event[]): void {
    const left = events.toSorted((a, b) => a.atS - b.atS);
    const silentUntilS = { main: 0, roof: 0 };
    for (let ranS = STEP_S; ranS <= seconds; ranS += STEP_S) {
      this.#pass();
      for (const meter of ['main', 'roof'] as const) {
        if (this.atS > silentUntilS[meter]) this.#read(meter);
      }
      this.#tick();
      const event = left[0];
      if (!event || event.atS > ranS) continue;
      left.shift();
      if (event.kind === 'main silent') silentUntilS.main = this.atS + event.s;
      else if (event.kind === 'roof silent') silentUntilS.roof = this.atS + event.s;
      else this.#stop(event);
    }
    this.#write([this.#builder.cut() ?? []].flat());
  }

  #stop({ kind, s }: Event): void {
    if (kind === 'restart') this.#write([this.#builder.cut() ?? []].flat());
    if (kind === 'power cut') this.#checkpoint = null;
    this.#builder = new MinuteBuilder('abc');
    this.#balance = null;
    for (const end = this.atS + s; this.atS < end; ) this.#pass();
    this.#start();
  }

  #start(): void {
    const last = this.written.at(-1);
    const recorded = last?.ledger ? withTold(copy(last.ledger), last.channels) : null;
    const kept = copy(this.#checkpoint);
    this.#bootS = this.atS;
    this.#runs += 1;
    this.#balance = new Balance({
      config: CONFIG,
      run: `r${this.#runs}`,
      simulated: false,
      resume: kept ?? recorded,
      unrecorded: kept && recorded && unrecordedSince(recorded, kept),
      start: this.#now(),
    });
  }

  #now() {
    return { wallMs: START_MS + this.atS * 1000, monoMs: (this.atS - this.#bootS) * 1000 };
  }

  #pass(): void {
    const [before, after] = [this.#watts(this.atS), this.#watts(this.atS + STEP_S)];
    const hours = STEP_S / 3600;
    this.truth.solar_kwh += ((before.solarW + after.solarW) / 2000) * hours;
    // A crossing of zero is no part of the test: it is the integration's own.
    const netKwh = ((before.mainsW + after.mainsW) / 2000) * hours;
    this.truth[netKwh < 0 ? 'export_kwh' : 'import_kwh'] += Math.abs(netKwh);
    this.atS += STEP_S;
  }

  #read(meter: 'main' | 'roof'): void {
    const { mainsW, solarW } = this.#watts(this.atS);
    const shown = (kwh: number) => Math.floor(kwh / COUNTER_STEP_KWH + 1e-9) * COUNTER_STEP_KWH;
    const counters = (importKwh: number, exportKwh: number) =>
      this.#withCounters && {
        import_kwh: shown(importKwh),
        export_kwh: shown(exportKwh),
        counter_step_kwh: COUNTER_STEP_KWH,
      };
    const { solar_kwh, import_kwh, export_kwh } = this.truth;
    const { wallMs, monoMs } = this.#now();
    this.#balance?.take({
      meter,
      ts: new Date(wallMs).toISOString(),
      mono_ms: monoMs,
      ok: true,
      channels:
        meter === 'main'
          ? { mains: { role: 'grid', power_w: mainsW, ...counters(import_kwh, export_kwh) } }
          : { pv: { role: 'solar', power_w: solarW, ...counters(solar_kwh, 0) } },
    });
  }

  #tick(): void {
    const tick = this.#balance?.tick(this.#now());
    if (!tick) return;
    this.ledger = tick.measured.ledger;
    this.#checkpoint = this.ledger;
    this.#write(this.#builder.take(tick.snapshot, tick.measured));
  }

  #write(minutes: readonly MinuteRecord[]): void {
    this.written.push(...minutes);
  }
}

const START_MS = Date.parse('2026-06-21T12:00:00Z');

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** A day of sun and of switches, another one for each seed; the grid never crosses zero in a step. */
function wattsOf(seed: number) {
  const chance = (n: number) => {
    const x = Math.sin((n + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return x - Math.floor(x);
  };
  return (atS: number) => {
    const sun = Math.max(0, Math.sin(((atS + seed * 60) * Math.PI) / 40_000));
    const solarW = Math.round(3000 * sun);
    const homeW = Math.round(200 + 2500 * chance(Math.floor(atS / 300)));
    return { mainsW: homeW - solarW, solarW };
  };
}
