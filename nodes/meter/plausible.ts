/**
 * Decides which numbers of a phase cannot be (ct-doctor rules, section 3, "plausible"). It looks at
 * what a source shows, before gain and direction are corrected: a wrong register is wrong there.
 */
import type { ChannelConfig, CtProfile, SiteConfig } from '../site/schema.ts';

/** What a source shows of one phase; null where it does not, or does not know. */
export interface PhaseShown {
  voltageV: number | null;
  currentA: number | null;
  powerW: number | null;
  powerFactor: number | null;
}

export interface PhaseLimits {
  mostV: number;
  /** 1.5 times the CT's rating; infinite where that is not told. */
  mostA: number;
  /** Below it a power says nothing. */
  noiseW: number;
  /** Beyond what the service carries by far. */
  farA: number;
  farW: number;
}

/** Below this a phase counts as not connected: a lost tap is another fault, V. */
export const CONNECTED_V = 30;
const LEAST_V = 80;
const MOST_V = 300;
const LEAST_HZ = 45;
const MOST_HZ = 65;
const MOST_POWER_FACTOR = 1.02;
/** Instruments differ by so much between power and its factors. */
const POWER_SHARE = 1.05;
/** No volts or hertz are that small: two words of a float stand the wrong way round. */
const TINY = 1e-6;
/** A CT may be rated for more than the breaker, and a breaker bears more for a while. */
const FAR = 4;
/** Where `ct_profiles` tells no rating, A: a common main CT. */
const USUAL_RATING_A = 200;
const USUAL_SITE = { service_amps: Number.POSITIVE_INFINITY, nominal_voltage: 120 };
const MOST_KWH = 1e9;

export type Service = Pick<SiteConfig['site'], 'service_amps' | 'nominal_voltage'>;

/** The limits of each phase of a channel, in what the source shows. */
export function limitsOf(
  channel: Pick<ChannelConfig, 'ct' | 'multiplier' | 'max_watts'>,
  ctProfiles: readonly CtProfile[],
  { service_amps, nominal_voltage }: Service = USUAL_SITE,
): PhaseLimits {
  const { rated_amps = null, gain = 1 } = ctProfiles.find(({ id }) => id === channel.ct) ?? {};
  const serviceW = (FAR * service_amps * nominal_voltage) / gain;
  const channelW = (FAR * (channel.max_watts ?? Infinity)) / (gain * channel.multiplier);
  return {
    mostV: Math.max(MOST_V, 1.3 * nominal_voltage),
    mostA: rated_amps === null ? Number.POSITIVE_INFINITY : (1.5 * rated_amps) / gain,
    noiseW: Math.max(50, 0.003 * (rated_amps ?? USUAL_RATING_A) * nominal_voltage),
    farA: (FAR * service_amps) / gain,
    farW: Math.min(serviceW, channelW),
  };
}

export function isSoundVoltage(voltage: number | null, { mostV }: PhaseLimits): boolean {
  return voltage !== null && voltage >= LEAST_V && voltage <= mostV;
}

/**
 * Whether a voltage cannot be.
 * @param besideSound  another phase of the same source has a sound one: then a low voltage is that of
 *   a tap or a neutral that came loose
 */
export function isStrangeVoltage(
  voltage: number | null,
  limits: PhaseLimits,
  besideSound: boolean,
): boolean {
  if (voltage === null || isSoundVoltage(voltage, limits)) return false;
  if (voltage > limits.mostV || voltage < -1) return true;
  if (besideSound) return false;
  return voltage >= CONNECTED_V || (voltage !== 0 && Math.abs(voltage) < TINY);
}

/** A meter without voltage may show 0 Hz. */
export function isStrangeFrequency(hertz: number | null, anySound: boolean): boolean {
  if (hertz === null || (hertz === 0 && !anySound)) return false;
  return !(hertz >= LEAST_HZ && hertz <= MOST_HZ);
}

/** A lifetime counter, kWh. */
export function isStrangeEnergy(kwh: number | null): boolean {
  return kwh !== null && (kwh < 0 || kwh > MOST_KWH);
}

/** What is beyond everything the service can carry, and so is told at once. */
export function farBeyond(
  { currentA, powerW }: PhaseShown,
  { farA, farW }: PhaseLimits,
): 'current' | 'power' | null {
  if (currentA !== null && Math.abs(currentA) > farA) return 'current';
  return powerW !== null && Math.abs(powerW) > farW ? 'power' : null;
}

/** What contradicts the rest of its phase. It may be only older than the rest: see `Lasting`. */
export function contradiction(
  { voltageV, currentA, powerW, powerFactor }: PhaseShown,
  { mostA, noiseW }: PhaseLimits,
): 'current' | 'power' | 'power_factor' | null {
  if (currentA === null) return null;
  if (Math.abs(currentA) > mostA) return 'current';
  if (voltageV === null) return null;
  const apparentVa = Math.abs(voltageV * currentA);
  if (powerW !== null && Math.abs(powerW) > POWER_SHARE * apparentVa + noiseW) return 'power';
  const isActive = powerFactor !== null && apparentVa >= noiseW;
  return isActive && Math.abs(powerFactor) > MOST_POWER_FACTOR ? 'power_factor' : null;
}

/** Whether a sum of powers is more than its phases can carry. */
export function isTooMuch(powerW: number, apparentVa: number, noiseW: number): boolean {
  return Math.abs(powerW) > POWER_SHARE * apparentVa + noiseW;
}

/** Meters renew their registers every 0.1 to 2 s, and not all at once. */
const RENEWED_WITHIN_MS = 2_500;
const FEWEST_READS = 3;

/**
 * Whether something that is so goes on. Volts, amperes and watts are read one after the other, so at
 * a load step they contradict each other for as long as the meter takes to renew them; and a motor
 * may draw for a second what its CT is not made for.
 */
export class Lasting {
  #reads = 0;
  #sinceMs = 0;

  /** @param monoMs when it was seen, or seen not to be so */
  goesOn(isSo: boolean, monoMs: number): boolean {
    if (!isSo) {
      this.#reads = 0;
      return false;
    }
    if (this.#reads++ === 0) this.#sinceMs = monoMs;
    return this.#reads >= FEWEST_READS && monoMs - this.#sinceMs >= RENEWED_WITHIN_MS;
  }
}
