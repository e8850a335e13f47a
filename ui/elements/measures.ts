/** How what a machine measures of itself is written: by locale, in the unit that leaves few digits. */
import type { Reader } from './format.ts';

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/** A stretch of time in its two greatest units: `3 days 4 hours`, `12 minutes`, `5 seconds`. */
export function durationText(seconds: number, { locale }: Reader): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = partsOf(whole).filter(([amount]) => amount > 0);
  if (parts.length === 0) return unitText(whole, 'second', locale);
  const texts = parts.map(([amount, unit]) => unitText(amount, unit, locale));
  return new Intl.ListFormat(locale, { type: 'unit', style: 'narrow' }).format(texts);
}

/** Days where there are any, and then no minutes. */
function partsOf(seconds: number): (readonly [amount: number, unit: string])[] {
  const days = Math.floor(seconds / DAY_S);
  const hours = Math.floor((seconds % DAY_S) / HOUR_S);
  if (days > 0)
    return [
      [days, 'day'],
      [hours, 'hour'],
    ];
  return [
    [hours, 'hour'],
    [Math.floor((seconds % HOUR_S) / MINUTE_S), 'minute'],
  ];
}

/** `12.4 GB`, `640 MB` */
export function sizeText(megabytes: number, { locale }: Reader): string {
  return megabytes < 1_000
    ? unitText(Math.round(megabytes), 'megabyte', locale, 'short')
    : unitText(megabytes / 1_000, 'gigabyte', locale, 'short');
}

/** `3 ms`, `0.4 ms` */
export function delayText(milliseconds: number, { locale }: Reader): string {
  return unitText(milliseconds, 'millisecond', locale, 'short');
}

/** `54 °C` */
export function temperatureText(celsius: number, { locale }: Reader): string {
  return unitText(Math.round(celsius), 'celsius', locale, 'short');
}

/** `0.4%` of percents, where a share of a hundred is too coarse. */
export function rateText(percent: number, { locale }: Reader): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(
    percent / 100,
  );
}

function unitText(
  value: number,
  unit: string,
  locale: string,
  unitDisplay: 'long' | 'short' = 'long',
): string {
  const maximumFractionDigits = Math.abs(value) < 100 ? 1 : 0;
  const style = { style: 'unit', unit, unitDisplay, maximumFractionDigits } as const;
  return new Intl.NumberFormat(locale, style).format(value);
}
