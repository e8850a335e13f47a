/** Days, months and views of a home in Chicago to say things about. */
import type { HistoryView, Span, ViewBar } from '../../nodes/history/view.ts';
import type { DaySummary, EnergySummary, MonthSummary } from '../../nodes/rollup/sums/summary.ts';

/** Example D4 of the reference, with a tariff. */
export function total(change: Partial<EnergySummary> = {}): EnergySummary {
  return {
    start: '2026-06-21T00:00:00.000-05:00',
    end: '2026-06-22T00:00:00.000-05:00',
    hours: 24,
    solar_kwh: 31.42,
    home_kwh: 18.652,
    import_kwh: 6.137,
    export_kwh: 18.905,
    self_consumption_kwh: 12.515,
    self_consumption: 0.3983,
    solar_offset: 0.671,
    self_sufficiency: 0.671,
    peak_solar_w: null,
    peak_home_w: null,
    peak_import_w: null,
    peak_export_w: null,
    cost: -0.13,
    import_cost: 0.88,
    fixed_cost: 0.5,
    export_credit: 1.51,
    cost_without_solar: 3.3,
    savings: 3.43,
    currency: 'USD',
    coverage: 1,
    quality: 'good',
    notes: [],
    partial: false,
    ...change,
  };
}

export function day(change: Partial<DaySummary> = {}): DaySummary {
  const tariff = { id: 'default', version: 'abc' };
  const place = { date: '2026-06-21', timezone: 'America/Chicago', tariff };
  return { ...total({ partial: true }), ...place, ...change };
}

export function month(change: Partial<MonthSummary> = {}): MonthSummary {
  return {
    ...total({ partial: true }),
    month: '2026-06',
    timezone: 'America/Chicago',
    days: 21,
    tariffs: [],
    bill: {
      since: '2026-06-01',
      cost: 34.2,
      cost_without_solar: 96.1,
      savings: 61.9,
      currency: 'USD',
      estimated: false,
    },
    ...change,
  };
}

export function bar(ts: string, change: Partial<ViewBar> = {}): ViewBar {
  const energies = { solar_kwh: 2, home_kwh: 1, import_kwh: 0.25, export_kwh: 1.25 };
  return { ts, ...energies, coverage: 1, quality: 'good', ...change };
}

/** Every hour of a local day from its start on, with the offsets of Chicago: 23, 24 or 25 of them. */
export function hoursOf(startUtc: string, count: number): ViewBar[] {
  const wall = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'America/Chicago',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return Array.from({ length: count }, (_, hour) => {
    const ms = Date.parse(startUtc) + hour * 3_600_000;
    const local = wall.format(ms).replace(' ', 'T');
    const offset = (Date.parse(`${local}Z`) - ms) / 3_600_000;
    const sun = Math.max(0, Math.sin(((hour - 6) / 13) * Math.PI)) * 4;
    const home = 0.5 + 0.4 * Math.abs(Math.sin(hour));
    return bar(`${local}.000-0${-offset}:00`, {
      solar_kwh: sun,
      home_kwh: home,
      import_kwh: Math.max(0, home - sun),
      export_kwh: Math.max(0, sun - home),
    });
  });
}

export function view(span: Span, bars: ViewBar[], change: Partial<HistoryView> = {}): HistoryView {
  const first = bars[0]?.ts ?? '2026-06-21T00:00:00.000-05:00';
  return {
    span,
    from: first.slice(0, 10),
    to: (bars.at(-1)?.ts ?? first).slice(0, 10),
    timezone: 'America/Chicago',
    bars,
    total: total({ start: first }),
    bill: null,
    previous: '2026-06-20',
    next: null,
    ...change,
  };
}
