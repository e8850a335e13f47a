/**
 * What a change of one lifetime counter means: energy, jitter, a rollover, a reset, another meter,
 * or nonsense (energy rules, section 5, counter rules). One counter is one direction of one channel.
 */
import type { ChannelConfig, SiteConfig } from '../site/schema.ts';
import { ESTIMATED_WITHIN_S } from './integrate.ts';

export interface CounterLimits {
  /** The most power that can pass here, W. */
  maxW: number;
  /** Smallest step, kWh. */
  stepKwh: number;
  /** Where it wraps, kWh; null where not known. */
  modulusKwh: number | null;
}

export type CounterEvent = 'rollover' | 'reset' | 'counter_jump' | 'counter_rebased';

export interface CounterStep {
  /** Energy since the last accepted read, kWh, >= 0. */
  addedKwh: number;
  /** Seconds that `addedKwh` makes up for, where it spans an outage or a reset; else 0. */
  recoveredS: number;
  /** How long the counter had stood still before it moved or began anew, s. */
  stillS: number;
  event?: CounterEvent;
  /**
   * It says nothing about now: it contradicts the base and is not believed yet, or the register is
   * not due to be renewed.
   */
  silent?: true;
}

/** A read that moves nothing. */
const NOTHING: CounterStep = { addedKwh: 0, recoveredS: 0, stillS: 0 };
const SILENT: CounterStep = { ...NOTHING, silent: true };

/** A level that contradicts the base must be seen so often in a row before it is believed. */
const READS_TO_BELIEVE = 3;
const JITTER_STEPS = 2;
/** A register may tell so late what has passed, s: some are renewed once a minute. */
const RENEWED_WITHIN_S = ESTIMATED_WITHIN_S;
const NEAR_MODULUS = 0.95;
/** Binary fractions: 5321.40 - 5321.39 is a little more than 0.01. */
const EPSILON_KWH = 1e-6;

/** The last believed read before a restart. */
export interface CounterPast {
  /** kWh; null where there is none. */
  baseKwh: number | null;
  /** Seconds since. */
  elapsedS: number;
  /** Of the meter it was read from, where known. */
  serial?: string | undefined;
}

const NO_PAST: CounterPast = { baseKwh: null, elapsedS: 0 };

/** One counter, remembering the last read it believed. */
export class Counter {
  #limits: CounterLimits;
  #baseKwh: number | null = null;
  /** Seconds since the base was read. */
  #elapsedS = 0;
  /** Seconds for which reads have shown the base; many registers are renewed more slowly than read. */
  #stillS = 0;
  /** How long it stood still before it last moved by several steps at once, s. */
  #rhythmS = 0;
  /** The meter's that the base was read from. */
  #serial: string | undefined;
  #doubt: { kwh: number; reads: number; otherSerial: boolean } | null = null;

  constructor(limits: CounterLimits, past: CounterPast = NO_PAST) {
    this.#limits = limits;
    this.#baseKwh = past.baseKwh;
    this.#elapsedS = Math.max(0, past.elapsedS);
    this.#serial = past.serial;
    // For how long it had stood still then is not known.
    this.#stillS = past.baseKwh === null ? 0 : RENEWED_WITHIN_S;
  }

  /** The last read that was believed, kWh; null before the first. */
  get baseKwh(): number | null {
    return this.#baseKwh;
  }

  /** Seconds between the last believed read and the last read. */
  get elapsedS(): number {
    return this.#elapsedS;
  }

  /** Of the meter whose read was last believed; undefined where it does not tell. */
  get serial(): string | undefined {
    return this.#serial;
  }

  set limits(limits: CounterLimits) {
    this.#limits = limits;
  }

  /**
   * Takes one valid read.
   * @param kwh  as read, after gain
   * @param dtS  seconds since the read before, believed or not
   * @param serial  the meter's, where known: another than at the last read means another meter
   * @returns null for the very first read, which only sets the base
   */
  take(kwh: number, dtS: number, serial = this.#serial): CounterStep | null {
    this.#elapsedS += Math.max(0, dtS);
    this.#stillS += Math.max(0, dtS);
    if (this.#baseKwh === null) {
      this.#accept(kwh, serial);
      return null;
    }
    const otherSerial = this.#serial !== undefined && serial !== this.#serial;
    const delta = kwh - this.#baseKwh;
    const jitterKwh = JITTER_STEPS * this.#limits.stepKwh + EPSILON_KWH;
    if (!otherSerial && delta >= 0 && delta <= this.#capKwh(this.#passedS())) {
      const step = { addedKwh: delta, recoveredS: this.#outageS(), stillS: this.#stillS };
      if (delta > jitterKwh && this.#stillS <= RENEWED_WITHIN_S) this.#rhythmS = this.#stillS;
      this.#accept(kwh, serial);
      const isDue = delta > 0 || this.#stillS > this.#rhythmS;
      return isDue ? step : { ...step, silent: true };
    }
    if (!otherSerial && delta < 0 && -delta <= jitterKwh) {
      this.#doubt = null;
      this.#elapsedS = 0;
      return NOTHING;
    }
    return this.#believed(kwh, dtS, otherSerial) ? this.#settle(kwh, serial) : SILENT;
  }

  #accept(kwh: number, serial: string | undefined): void {
    if (kwh !== this.#baseKwh) this.#stillS = 0;
    this.#baseKwh = kwh;
    this.#serial = serial;
    this.#elapsedS = 0;
    this.#doubt = null;
  }

  /** Seconds of which the next read may tell. */
  #passedS(): number {
    return Math.max(this.#elapsedS, Math.min(this.#stillS, RENEWED_WITHIN_S));
  }

  #capKwh(elapsedS: number): number {
    const { maxW, stepKwh } = this.#limits;
    return (maxW * elapsedS) / 3_600_000 + stepKwh + EPSILON_KWH;
  }

  #outageS(): number {
    return this.#elapsedS > ESTIMATED_WITHIN_S ? this.#elapsedS : 0;
  }

  /** Counts reads in a row that agree with each other although none agrees with the base. */
  #believed(kwh: number, dtS: number, otherSerial: boolean): boolean {
    const moved = kwh - (this.#doubt?.kwh ?? Number.NaN);
    const agrees = moved >= -EPSILON_KWH && moved <= this.#capKwh(dtS);
    const before = agrees ? this.#doubt : null;
    this.#doubt = {
      kwh,
      reads: (before?.reads ?? 0) + 1,
      otherSerial: otherSerial || (before?.otherSerial ?? false),
    };
    return this.#doubt.reads >= READS_TO_BELIEVE;
  }

  /** What a believed contradiction was. */
  #settle(kwh: number, serial: string | undefined): CounterStep {
    const base = this.#baseKwh ?? kwh;
    const otherSerial = this.#doubt?.otherSerial ?? false;
    const capKwh = this.#capKwh(this.#passedS());
    const outageS = this.#outageS();
    const [elapsedS, stillS] = [this.#elapsedS, this.#stillS];
    this.#accept(kwh, serial);
    const anew = { ...NOTHING, stillS };
    if (otherSerial) return { ...anew, event: 'counter_rebased' };
    if (kwh > base) return { ...anew, event: 'counter_jump' };
    const modulus = this.#limits.modulusKwh;
    if (modulus !== null && base > NEAR_MODULUS * modulus) {
      const wrapped = modulus - base + kwh;
      if (wrapped <= capKwh) {
        const addedKwh = Math.max(0, wrapped);
        return { addedKwh, recoveredS: outageS, stillS, event: 'rollover' };
      }
    }
    if (kwh <= capKwh) return { ...anew, addedKwh: kwh, recoveredS: elapsedS, event: 'reset' };
    return { ...anew, event: 'counter_rebased' };
  }
}

const PHASE_COUNT = { single_phase: 1, split_phase: 2, three_phase: 3 } as const;
const HEADROOM = 1.25;

/** The most power the service can carry, W, with a quarter of headroom. */
export function serviceMaxW(site: SiteConfig['site']): number {
  const phases = PHASE_COUNT[site.service];
  return site.service_amps * site.nominal_voltage * phases * HEADROOM;
}

/** The most that is believed to pass in a channel, W. */
export function channelMaxW({ role, max_watts }: ChannelConfig, site: SiteConfig['site']): number {
  return max_watts ?? (role === 'solar' ? solarMaxW(site) : serviceMaxW(site));
}

/** The most the inverter can make, W; the service where its rating is not told. */
export function solarMaxW(site: SiteConfig['site']): number {
  return site.inverter_watts === null ? serviceMaxW(site) : site.inverter_watts * HEADROOM;
}
