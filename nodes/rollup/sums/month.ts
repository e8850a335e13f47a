/** Makes a month of the site of its days, whatever zones they were made in. */
import { isoTime } from '../../site/clock.ts';
import { monthBounds } from '../calendar.ts';
import type { DayRecord, MonthRecord, TariffMark } from '../records.ts';
import { sumMoney, sumRecords } from './period.ts';

/**
 * @param month  `2026-11`
 * @param zone  the site's, IANA
 * @param days  in order; the month begins and ends with them, so that it never holds a time twice
 */
export function makeMonth(month: string, zone: string, days: readonly DayRecord[]): MonthRecord {
  const { startMs, endMs } = monthBounds(month, zone);
  return {
    v: 1,
    month,
    timezone: zone,
    start: days[0]?.start ?? isoTime(startMs),
    end: days.at(-1)?.end ?? isoTime(endMs),
    days: days.length,
    ...sumRecords(days),
    tariffs: tariffsOf(days),
    money: sumMoney(days.map(({ money }) => money)),
  };
}

function tariffsOf(days: readonly DayRecord[]): TariffMark[] {
  const found = new Map<string, TariffMark>();
  for (const { tariff } of days) {
    if (!tariff) continue;
    const { id, version } = tariff;
    found.set(`${id} ${version}`, { id, version });
  }
  return [...found.values()];
}
