/**
 * A meter on a simulated home, read by the balance and the journal for as long as a test likes, with
 * everything that happens to an appliance over a year. Time is a number here; nothing waits.
 */
import { Balance } from '../../nodes/balance/home.ts';
import type { LedgerState } from '../../nodes/balance/measured.ts';
import { withTold } from '../../nodes/balance/told-counters.ts';
import { unrecordedSince } from '../../nodes/balance/unrecorded.ts';
import type { MinuteRecord } from '../../nodes/journal/minute.ts';
import { MinuteBuilder } from '../../nodes/journal/minute-builder.ts';
import type { Stretch } from '../../nodes/journal/minutes.ts';
import type { ChannelReading } from '../../nodes/meter/reading.ts';
import { dateAt } from '../../nodes/rollup/calendar.ts';
import { isoTime } from '../../nodes/site/clock.ts';
import { hashOf } from '../../nodes/site/hash.ts';
import type { SiteConfig } from '../../nodes/site/schema.ts';
import { split, type TrueEnergy, type TruePower, Truth } from './truth.ts';

const STEP_S = 5;
/** Near an event every second is lived. */
const NEAR_S = 180;
const STEP_KWH = 0.001;
const MODULUS_KWH = 100_000;

export type Happening =
  /** The meter does not answer. */
  | { what: 'silent'; seconds: number }
  /** The program ends and comes back: as asked to, by a signal that leaves the checkpoint, or by a power cut. */
  | { what: 'stop' | 'kill' | 'power_cut'; seconds: number }
  /** The counters begin at zero, while they are read. */
  | { what: 'reset' }
  /** Another meter is put in its place; nobody counts meanwhile. */
  | { what: 'swap'; seconds: number }
  /** One read of nonsense. */
  | { what: 'glitch' }
  /** The wall clock is set. */
  | { what: 'clock'; bySeconds: number };

export interface Event {
  at: string;
  happens: Happening;
}

interface MeterState {
  serial: string;
  importKwh: number;
  exportKwh: number;
  solarKwh: number;
}

export class LivedYear {
  readonly truth: Truth;
  readonly #config: SiteConfig;
  readonly #onMinute: (minute: MinuteRecord) => void;
  readonly #zone: string;
  /** True time, ms; the wall clock may say otherwise. */
  #ms: number;
  #clockOffMs = 0;
  #power: TruePower;
  #meter: MeterState = { serial: 'A1', importKwh: 99_400, exportKwh: 812.4, solarKwh: 3 };
  #balance: Balance;
  #builder: MinuteBuilder;
  #runs = 0;
  #lastRecorded: LedgerState | null = null;
  #checkpoint: LedgerState | null = null;

  /** @param lost  when nobody counts, to be added up apart */
  constructor(
    config: SiteConfig,
    start: string,
    onMinute: (minute: MinuteRecord) => void,
    lost: readonly Stretch[] = [],
  ) {
    this.#config = config;
    this.#zone = config.site.timezone;
    this.#onMinute = onMinute;
    this.#ms = Date.parse(start);
    this.truth = new Truth(this.#ms, lost);
    this.#power = this.truth.pass(this.#ms, dateAt(this.#ms, this.#zone));
    this.#builder = new MinuteBuilder(hashOf(config));
    this.#balance = this.#begin();
    this.#live(this.#ms + 60_000, 1);
  }

  /** Lives to `end`; events in order of time. */
  liveTo(end: string, events: readonly Event[]): void {
    for (const { at, happens } of events) {
      const atMs = Date.parse(at);
      this.#live(atMs - NEAR_S * 1000, STEP_S);
      this.#live(atMs, 1);
      this.#happen(happens);
      this.#live(this.#ms + NEAR_S * 1000, 1);
      this.#live(Math.ceil(this.#ms / 60_000) * 60_000, 1);
    }
    this.#live(Date.parse(end), STEP_S);
  }

  #happen(event: Happening): void {
    switch (event.what) {
      case 'silent':
        this.#live(this.#ms + event.seconds * 1000, 1, { silent: true });
        return;
      case 'stop':
      case 'kill':
      case 'power_cut':
        this.#restart(event.what, event.seconds);
        return;
      case 'reset':
        Object.assign(this.#meter, { importKwh: 0, exportKwh: 0, solarKwh: 0 });
        return;
      case 'swap': {
        this.#live(this.#ms + event.seconds * 1000, 1, { silent: true });
        this.#meter = { serial: 'B2', importKwh: 17.2, exportKwh: 4, solarKwh: 9_000 };
        return;
      }
      case 'glitch':
        this.#live(this.#ms + 1000, 1, { nonsense: true });
        return;
      case 'clock':
        this.#clockOffMs += event.bySeconds * 1000;
    }
  }

  #restart(how: 'stop' | 'kill' | 'power_cut', seconds: number): void {
    const open = how === 'stop' ? this.#builder.cut() : null;
    if (open) this.#record(open);
    const from = this.#ms;
    while (this.#ms < from + seconds * 1000) this.#pass(this.#ms + 1000);
    if (how === 'power_cut') this.#checkpoint = null;
    this.#builder = new MinuteBuilder(hashOf(this.#config));
    this.#balance = this.#begin();
  }

  #begin(): Balance {
    this.#runs += 1;
    const [recorded, kept] = [this.#lastRecorded, this.#checkpoint];
    return new Balance({
      config: this.#config,
      run: `run${this.#runs}`,
      simulated: true,
      resume: kept ?? recorded,
      unrecorded: kept && recorded && unrecordedSince(recorded, kept),
      start: { wallMs: this.#wallMs, monoMs: this.#ms },
    });
  }

  /** What is true of the times in which nobody counted. */
  get lost(): TrueEnergy {
    return this.truth.lost;
  }

  get #wallMs(): number {
    return this.#ms + this.#clockOffMs;
  }

  /** Time passes in the home and in the meter's counters. */
  #pass(ms: number): void {
    const hours = (ms - this.#ms) / 3_600_000;
    const to = this.truth.pass(ms, dateAt(ms, this.#zone));
    const from = this.#power;
    const [bought, sold] = split(from.gridW, to.gridW, hours);
    this.#meter.importKwh = (this.#meter.importKwh + bought) % MODULUS_KWH;
    this.#meter.exportKwh += sold;
    this.#meter.solarKwh += split(from.solarW, to.solarW, hours)[0];
    this.#power = to;
    this.#ms = ms;
  }

  #live(untilMs: number, stepS: number, how: { silent?: true; nonsense?: true } = {}): void {
    while (this.#ms < untilMs) {
      this.#pass(Math.min(untilMs, this.#ms + stepS * 1000));
      if (!how.silent) this.#read(how.nonsense ?? false);
      if (stepS === 1 || this.#wallMs % 60_000 === 0) this.#tick();
    }
  }

  #read(nonsense: boolean): void {
    this.#balance.take({
      meter: 'main',
      ts: isoTime(this.#wallMs),
      mono_ms: this.#ms,
      ok: true,
      serial: this.#meter.serial,
      channels: this.#channels(nonsense),
    });
  }

  #channels(nonsense: boolean): Record<string, ChannelReading> {
    const { importKwh, exportKwh, solarKwh } = this.#meter;
    const shown = (kwh: number) => (nonsense ? 0 : Math.floor(kwh / STEP_KWH) * STEP_KWH);
    const counter = { counter_step_kwh: STEP_KWH, counter_modulus_kwh: MODULUS_KWH };
    const { gridW, solarW } = this.#power;
    return {
      mains: {
        role: 'grid',
        power_w: gridW,
        import_kwh: shown(importKwh),
        export_kwh: shown(exportKwh),
        ...counter,
      },
      pv: { role: 'solar', power_w: solarW, import_kwh: shown(solarKwh), ...counter },
    };
  }

  #tick(): void {
    const { snapshot, measured } = this.#balance.tick({ wallMs: this.#wallMs, monoMs: this.#ms });
    this.#checkpoint = measured.ledger;
    for (const minute of this.#builder.take(snapshot, measured)) this.#record(minute);
  }

  #record(minute: MinuteRecord): void {
    if (minute.ledger) this.#lastRecorded = withTold(minute.ledger, minute.channels);
    this.#onMinute(minute);
  }
}
