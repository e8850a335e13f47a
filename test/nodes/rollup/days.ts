/** Day rows for tests, as a day's quarters and its bill make them. */
import { dayBounds } from '../../../nodes/rollup/calendar.ts';
import type { DayRecord, Energies, Money, QuarterRecord } from '../../../nodes/rollup/records.ts';
import { makeDay } from '../../../nodes/rollup/sums/day.ts';

export const CHICAGO = 'America/Chicago';

/** A day of a zone with those of the quarters that begin in it. */
export function dayOf(
  date: string,
  quarters: readonly QuarterRecord[],
  change: Partial<DayRecord> = {},
): DayRecord {
  const zone = change.timezone ?? CHICAGO;
  const bounds = dayBounds(date, zone);
  const own = quarters.filter(({ ts }) => {
    const ms = Date.parse(ts);
    return ms >= bounds.startMs && ms < bounds.endMs;
  });
  const day = makeDay({ date, zone, ...bounds, quarters: own });
  return { ...day, tariff: null, money: null, bill: null, ...change };
}

/** A day that was seen from end to end, with these energies. */
export function dayWith(energy: Partial<Energies>, change: Partial<DayRecord> = {}): DayRecord {
  const none = { solar_kwh: 0, home_kwh: 0, import_kwh: 0, export_kwh: 0 };
  return dayOf('2026-07-01', [], { covered_s: 86_400, energy: { ...none, ...energy }, ...change });
}

export function money(cost: number, change: Partial<Money> = {}): Money {
  return {
    currency: 'USD',
    import_cost: cost,
    fixed: 0,
    export_credit: 0,
    cost,
    cost_without_solar: 10,
    savings: 10 - cost,
    ...change,
  };
}
