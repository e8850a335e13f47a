/** Tariffs, quarters and bills for the tests of what energy costs. */

import { dayBounds } from '../../../../nodes/rollup/calendar.ts';
import type { QuarterRecord } from '../../../../nodes/rollup/records.ts';
import { type PricedDay, priceDay } from '../../../../nodes/rollup/tariff/bill.ts';
import type { BillState } from '../../../../nodes/rollup/tariff/bill-state.ts';
import { isoTime } from '../../../../nodes/site/clock.ts';
import type { TariffConfig } from '../../../../nodes/site/schema.ts';
import { tariff } from '../../../../nodes/site/tariff-schema.ts';

export const CHICAGO = 'America/Chicago';
const QUARTER_MS = 900_000;

/** A flat price of 0.30 USD, and what a test changes in that. */
export function tariffOf(change: object = {}): TariffConfig {
  return tariff.parse({
    id: 'utility',
    valid_from: '2026-01-01',
    currency: 'USD',
    periods: [{ id: 'all', rate: 0.3 }],
    ...change,
  });
}

export interface Use {
  import_kwh?: number | null;
  export_kwh?: number | null;
  home_kwh?: number | null;
  solar_kwh?: number | null;
}

/** A quarter hour, observed in full, in which this much passed; what is not said is 0. */
export function quarterAt(ts: string, use: Use, seconds = 900): QuarterRecord {
  const energy = { solar_kwh: 0, home_kwh: 0, import_kwh: 0, export_kwh: 0, ...use };
  return {
    v: 1,
    ts,
    config: '0123456789ab',
    covered_s: seconds,
    power: { solar: null, home: null, grid: null },
    peaks: {},
    energy: { ...energy, by: 'integral' },
    channels: {},
  };
}

/** The quarters of a local day, each with what `use` says of its place in the day. */
export function quartersOf(
  date: string,
  zone: string,
  use: (index: number, ms: number) => Use,
): QuarterRecord[] {
  const { startMs, endMs } = dayBounds(date, zone);
  return Array.from({ length: Math.round((endMs - startMs) / QUARTER_MS) }, (_, index) => {
    const ms = startMs + index * QUARTER_MS;
    return quarterAt(isoTime(ms), use(index, ms));
  });
}

/** A day on which all energy passed in the quarter hour that begins so many hours after midnight. */
export function dayWith(use: Use, hour = 12): (date: string, zone: string) => QuarterRecord[] {
  return (date, zone) => quartersOf(date, zone, (index) => (index === hour * 4 ? use : {}));
}

export interface BilledDay {
  date: string;
  tariff: TariffConfig;
  quarters: (date: string, zone: string) => QuarterRecord[];
}

/** The days one after the other, each with the bill that the one before left. */
export function billed(days: readonly BilledDay[], zone = 'UTC'): PricedDay[] {
  let before: BillState | null = null;
  return days.map(({ date, tariff, quarters }) => {
    const { startMs, endMs } = dayBounds(date, zone);
    const day = {
      date,
      zone,
      length_s: (endMs - startMs) / 1000,
      quarters: quarters(date, zone),
    };
    // What is on disk is what the next day begins with.
    const priced: PricedDay = JSON.parse(JSON.stringify(priceDay(day, { tariff, before })));
    before = priced.bill;
    return priced;
  });
}
