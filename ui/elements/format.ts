/** How numbers and times are written for a person: by locale, never a number for what is unknown. */
import type { Say } from '../../nodes/site/text.ts';

/** What every view model is told about the reader. */
export interface Reader {
  /** BCP 47, for numbers and times: the reader's own form of the language that is said. */
  locale: string;
  say: Say;
  /** The texts of faults, and of the doctor, as the server has them. */
  sayFault: Say;
  sayDoctor: Say;
  /** IANA name of the home's zone; the browser's own where it is left out. */
  timeZone?: string;
}

export interface Quantity {
  value: string;
  unit: string;
}

/** Shown for null: a typographic dash; the words beside it say "no data". */
export const NO_VALUE = '–';

/**
 * A power in W as a person reads it: whole watts below 1 kW, then kW with two decimals, from 10 kW
 * with one. The sign is left to words. null has no unit.
 */
export function formatPower(powerW: number | null | undefined, { locale, say }: Reader): Quantity {
  if (powerW === null || powerW === undefined || !Number.isFinite(powerW)) {
    return { value: NO_VALUE, unit: '' };
  }
  const watts = Math.round(Math.abs(powerW));
  if (watts < 1000) return { value: decimals(watts, 0, locale), unit: say('unit.w') };
  const digits = watts < 9_995 ? 2 : 1;
  return { value: decimals(watts / 1000, digits, locale), unit: say('unit.kw') };
}

/** `1.25 kW` with a no-break space, or the words for no data. */
export function powerText(powerW: number | null | undefined, reader: Reader): string {
  const { value, unit } = formatPower(powerW, reader);
  return unit ? `${value}\u00a0${unit}` : reader.say('none');
}

/** An energy in kWh: two decimals below 10, one below 100, then whole ones. null has no unit. */
export function formatEnergy(kwh: number | null | undefined, { locale, say }: Reader): Quantity {
  if (kwh === null || kwh === undefined || !Number.isFinite(kwh)) {
    return { value: NO_VALUE, unit: '' };
  }
  const size = Math.abs(kwh);
  const digits = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return { value: decimals(kwh, digits, locale), unit: say('unit.kwh') };
}

/** `12.5 kWh` with a no-break space, or the words for no data. */
export function energyText(kwh: number | null | undefined, reader: Reader): string {
  const { value, unit } = formatEnergy(kwh, reader);
  return unit ? `${value}\u00a0${unit}` : reader.say('none');
}

/**
 * An amount as its currency is written. A home has one currency: its short sign will do.
 * @param currency  ISO 4217; written as it is where this browser does not take it for a code
 */
export function moneyText(amount: number, currency: string, { locale }: Reader): string {
  try {
    const style = { style: 'currency', currencyDisplay: 'narrowSymbol' } as const;
    return new Intl.NumberFormat(locale, { ...style, currency, signDisplay: 'negative' }).format(
      amount,
    );
  } catch {
    return `${decimals(amount, 2, locale)}\u00a0${currency}`;
  }
}

/** A round power for a scale: `5 kW`, `500 W`, `2.5 kW`. */
export function scaleText(powerW: number, { locale, say }: Reader): string {
  const watts = Math.abs(powerW);
  if (watts < 1000) return `${decimals(watts, 0, locale)}\u00a0${say('unit.w')}`;
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(watts / 1000);
  return `${text}\u00a0${say('unit.kw')}`;
}

/**
 * A share as percent. Anything short of all never reads 100, anything above none never reads 0.
 * @param share 0..1
 */
export function percentText(share: number, { locale }: Reader): string {
  const clamped = Math.min(1, Math.max(0, share));
  const rounded = Math.round(clamped * 100);
  const honest = clamped < 1 && rounded === 100 ? 99 : clamped > 0 && rounded === 0 ? 1 : rounded;
  return new Intl.NumberFormat(locale, { style: 'percent' }).format(honest / 100);
}

/** Hours and minutes in the reader's zone. */
export function clockText(ms: number, { locale, timeZone }: Reader): string {
  const hour = hasHalfDays(locale) ? 'numeric' : '2-digit';
  return formatter(locale, { hour, minute: '2-digit', timeZone }).format(ms);
}

/** `1 PM` for some, `13:00` for most. */
export function hasHalfDays(locale: string): boolean {
  return formatter(locale, { hour: 'numeric' }).resolvedOptions().hour12 === true;
}

/** A time of today as a clock reads it; of another day with that day before it. */
export function sinceText(ms: number, nowMs: number, reader: Reader): string {
  const { locale, timeZone } = reader;
  const day = formatter(locale, { day: 'numeric', month: 'short', timeZone });
  const time = clockText(ms, reader);
  return day.format(ms) === day.format(nowMs) ? time : `${day.format(ms)}, ${time}`;
}

/**
 * A date of the site, or the wall time in an instant that carries the site's offset, as it reads
 * there: the text already is local, so no zone of anybody is asked.
 * @param local  `2026-11-01` or `2026-11-01T01:00:00.000-05:00`
 */
export function localText(
  local: string,
  { locale }: Reader,
  options: Intl.DateTimeFormatOptions,
): string {
  return formatter(locale, { ...options, timeZone: 'UTC' }).format(wallMs(local));
}

/** `Jun 15 – 21, 2026`: first and last date, with what they share said once. */
export function datesText(from: string, to: string, { locale }: Reader): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
  return formatter(locale, options).formatRange(wallMs(from), wallMs(to));
}

/** What a wall clock shows, as if it stood in Greenwich. */
export function wallMs(local: string): number {
  const [date = '', time = '00:00'] = local.split('T');
  return Date.parse(`${date}T${time.slice(0, 5)}Z`);
}

/**
 * The name of the reader's zone where its clocks differ now from those of `ownZone`, else null:
 * most people look at their home from within its zone, and need not be told.
 */
export function foreignZone(nowMs: number, reader: Reader, ownZone?: string): string | null {
  const { locale, timeZone } = reader;
  if (timeZone === undefined) return null;
  const clock = (zone?: string) =>
    formatter('en-GB', { dateStyle: 'short', timeStyle: 'short', timeZone: zone }).format(nowMs);
  if (clock(timeZone) === clock(ownZone)) return null;
  const parts = formatter(locale, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(nowMs);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

/** The zone, or undefined where this browser is older than its name. */
export function knownZone(timeZone: string | undefined): string | undefined {
  try {
    if (timeZone !== undefined) formatter('en', { timeZone });
    return timeZone;
  } catch {
    return undefined;
  }
}

function decimals(value: number, digits: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs a thousand times what using it does, and the graph writes many times. */
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options);
    formatters.set(key, found);
  }
  return found;
}
