/**
 * A year of a home with everything that happens to an appliance, against what the simulator knows to
 * be true. In CI a whole year; on a desk the three weeks round the first change of the clocks.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MinuteRecord } from '../../nodes/journal/minute.ts';
import { dateAt, dayBounds, daysBetween } from '../../nodes/rollup/calendar.ts';
import { readDays, readMonths, readQuarters } from '../../nodes/rollup/files/read.ts';
import { reconcile } from '../../nodes/rollup/reconcile/reconcile.ts';
import { maintain } from '../../nodes/rollup/reconcile/retention.ts';
import type {
  DayRecord,
  Energies,
  MonthRecord,
  QuarterRecord,
} from '../../nodes/rollup/records.ts';
import { hashOf, recordedConfig } from '../../nodes/site/hash.ts';
import { keepConfig } from '../../nodes/site/last-good.ts';
import { siteConfigSchema } from '../../nodes/site/schema.ts';
import { CHICAGO } from '../support/simulated-meter.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { type Event, LivedYear } from './lived-year.ts';
import { TRUE_KEYS, type TrueEnergy } from './truth.ts';

const HOUR_S = 3_600;
const ZONE = CHICAGO.timezone;

const WHOLE = { first: '2026-01-01', last: '2026-12-31', minuteDays: 30 };
const SHORT = { first: '2026-03-05', last: '2026-03-27', minuteDays: 10 };
const SPAN = process.env.CI ? WHOLE : SHORT;

/** What happens, in order; each in the middle of something. */
const EVENTS: readonly Event[] = [
  { at: '2026-01-20T18:20:31Z', happens: { what: 'kill', seconds: 2_400 } },
  { at: '2026-02-18T23:40:07Z', happens: { what: 'power_cut', seconds: 6 * HOUR_S + 7 } },
  { at: '2026-02-26T17:11:11Z', happens: { what: 'glitch' } },
  // Over midnight and over the hour that does not exist.
  { at: '2026-03-08T03:30:10Z', happens: { what: 'silent', seconds: 7 * HOUR_S } },
  { at: '2026-03-14T16:03:20Z', happens: { what: 'clock', bySeconds: 30 } },
  { at: '2026-03-15T16:03:20Z', happens: { what: 'clock', bySeconds: -90 } },
  { at: '2026-03-16T16:03:20Z', happens: { what: 'clock', bySeconds: 60 } },
  { at: '2026-03-20T19:45:13Z', happens: { what: 'reset' } },
  { at: '2026-03-27T18:00:44Z', happens: { what: 'stop', seconds: 61 } },
  { at: '2026-05-20T16:30:05Z', happens: { what: 'swap', seconds: 1_200 } },
  // Four days without the appliance.
  { at: '2026-08-03T14:00:00Z', happens: { what: 'stop', seconds: 4 * 24 * HOUR_S } },
  { at: '2026-09-09T20:20:20Z', happens: { what: 'power_cut', seconds: 45 } },
  // Over the hour that comes twice.
  { at: '2026-11-01T05:10:00Z', happens: { what: 'kill', seconds: 3 * HOUR_S } },
  { at: '2026-12-24T23:59:58Z', happens: { what: 'power_cut', seconds: 40 * HOUR_S } },
];

const priced = (rate: number, from: string) => ({
  id: `from-${from}`,
  valid_from: from,
  currency: 'USD',
  fixed: { per_day: 0.45 },
  periods: [
    { id: 'peak', days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '16:00', to: '21:00', rate },
    { id: 'offpeak', rate: 0.12 },
  ],
  export: { mode: 'rate', rate: 0.08 },
});
const NEW_PRICE_FROM = '2026-03-25';
const configWith = (rate: number) =>
  siteConfigSchema.parse({
    site: CHICAGO,
    retention: { minute_days: SPAN.minuteDays },
    tariffs: [priced(0.32, '2026-01-01'), priced(rate, NEW_PRICE_FROM)],
    meters: [
      {
        id: 'main',
        source: 'external',
        channels: [
          { id: 'mains', role: 'grid' },
          { id: 'pv', role: 'solar' },
        ],
      },
    ],
  });
const CONFIG = configWith(0.38);

/** What nobody counted: another meter was put in while no meter measured. */
const LOST = EVENTS.filter(({ happens }) => happens.what === 'swap').map(({ at, happens }) => ({
  fromMs: Date.parse(at),
  toMs: Date.parse(at) + ('seconds' in happens ? happens.seconds : 0) * 1000,
}));

const kwh = (value: number | null | undefined) => value ?? 0;
const units = (value: number | null | undefined) => Math.round(kwh(value) * 1e7);
const total = (records: readonly { energy: Energies }[], key: keyof TrueEnergy) =>
  records.reduce((sum, { energy }) => sum + units(energy[key]), 0);

describe('a year of a home', function () {
  this.timeout(30 * 60_000);
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-year-'));
  const folders = { records: folder, data: folder };
  const start = dayBounds(SPAN.first, ZONE).startMs;
  const end = dayBounds(SPAN.last, ZONE).endMs;
  const lost: TrueEnergy = { solar_kwh: 0, home_kwh: 0, import_kwh: 0, export_kwh: 0 };
  let year: LivedYear;
  let days: DayRecord[];
  let months: MonthRecord[];
  let quarters: QuarterRecord[];
  const minutes = { solar_kwh: 0, home_kwh: 0, import_kwh: 0, export_kwh: 0 };

  before(async () => {
    keepConfig(folder, hashOf(CONFIG), recordedConfig(CONFIG));
    mkdirSync(join(folder, 'minute'));
    const open = new Map<string, string[]>();
    const take = (minute: MinuteRecord) => {
      const day = minute.ts.slice(0, 10);
      open.set(day, [...(open.get(day) ?? []), `${JSON.stringify(minute)}\n`]);
      for (const key of TRUE_KEYS) {
        minutes[key] += units(minute.energy[key]) + units(minute.recovered?.energy[key]);
      }
    };
    const write = (nowMs: number) => {
      for (const [day, lines] of open) {
        const file = join(folder, 'minute', `${day}.jsonl`);
        writeFileSync(file, lines.join(''), { flag: 'a' });
        // As old as it would be: what was just written to is not packed.
        utimesSync(file, nowMs / 1000, nowMs / 1000);
      }
      open.clear();
    };
    const within = EVENTS.filter(({ at }) => Date.parse(at) > start && Date.parse(at) < end);
    year = new LivedYear(CONFIG, new Date(start).toISOString(), take, LOST);
    let livedTo = start;
    for (const date of daysBetween(SPAN.first, SPAN.last)) {
      const to = dayBounds(date, ZONE).endMs;
      const events = within.filter(({ at }) => Date.parse(at) >= livedTo && Date.parse(at) < to);
      year.liveTo(new Date(to).toISOString(), events);
      write(to);
      livedTo = to;
      if (/-(10|20|28)$/.test(date)) await bring(to);
    }
    await bring(end + HOUR_S * 1000);
    Object.assign(lost, year.lost);
    ({ days } = await readDays(folder, SPAN.first, SPAN.last));
    ({ months } = await readMonths(folder));
    ({ quarters } = await readQuarters(folders, { fromMs: start, toMs: end }));
  });

  after(() => rmSync(folder, { recursive: true }));

  /** What the appliance does in the background: sums up, packs, removes what is old. */
  async function bring(nowMs: number, config = CONFIG) {
    const clock = new VirtualClock(new Date(nowMs).toISOString());
    await reconcile({ ...folders, config, clock, trusted: true });
    await maintain({ ...folders, config, clock });
  }

  for (const key of TRUE_KEYS) {
    it(`tells ${key} within 0.1 % of what is true, without what nobody counted`, () => {
      const told = total(days, key) / 1e7;
      const wanted = year.truth.total[key] - lost[key];
      const off = told / wanted - 1;
      assert.ok(Math.abs(off) < 0.001, `${told} of ${wanted}: ${(off * 100).toFixed(3)} % off`);
    });
  }

  it('tells each day that was watched from end to end as it was', () => {
    for (const day of days) {
      const seen = day.covered_s / ((Date.parse(day.end) - Date.parse(day.start)) / 1000);
      if (seen < 0.9995 || day.recovered_s !== undefined) continue;
      const truth = year.truth.days.get(day.date);
      for (const key of TRUE_KEYS) {
        const off = Math.abs(kwh(day.energy[key]) - kwh(truth?.[key]));
        assert.ok(off < 0.01 + 0.001 * kwh(truth?.[key]), `${day.date} ${key}: ${off} kWh off`);
      }
    }
  });

  it('has a row for every day, of the hours that it had', () => {
    assert.deepEqual(
      days.map(({ date }) => date),
      daysBetween(SPAN.first, SPAN.last),
    );
    const hours = Object.fromEntries(
      days.map(({ date, start: from, end: to }) => [
        date,
        (Date.parse(to) - Date.parse(from)) / 3_600_000,
      ]),
    );
    assert.equal(hours['2026-03-08'], 23);
    if (SPAN === WHOLE) assert.equal(hours['2026-11-01'], 25);
  });

  it('adds up on every level, to the last digit', () => {
    for (const key of TRUE_KEYS) {
      assert.equal(total(quarters, key), minutes[key], `${key} of quarter hours and minutes`);
      assert.equal(total(days, key), total(quarters, key), `${key} of days and quarter hours`);
      const closed = days.filter(({ date }) => months.some(({ month }) => date.startsWith(month)));
      assert.equal(total(months, key), total(closed, key), `${key} of months and days`);
    }
  });

  it('keeps the balance of each day', () => {
    for (const { date, energy } of days) {
      const made = kwh(energy.solar_kwh) + kwh(energy.import_kwh) - kwh(energy.export_kwh);
      const off = Math.abs(made - kwh(energy.home_kwh));
      assert.ok(off < 0.002 + 0.05 * Number(isLost(date)), `${date}: ${off} kWh`);
    }
  });

  it('accounts for every gap', () => {
    for (const day of days) {
      const { covered_s, held_s = 0, estimated_s = 0, recovered_s = 0 } = day;
      const wholeS = (Date.parse(day.end) - Date.parse(day.start)) / 1000;
      const missingS = wholeS - covered_s - held_s - estimated_s - recovered_s;
      const lostS = isLost(day.date) ? 1_300 : 0;
      assert.ok(missingS <= lostS + 0.002 * wholeS, `${day.date}: ${missingS} s unaccounted for`);
    }
  });

  it('keeps minutes as long as configured, packed, and everything that was made of them', () => {
    const names = readdirSync(join(folder, 'minute'));
    assert.ok(
      names.length >= SPAN.minuteDays && names.length <= SPAN.minuteDays + 12,
      `${names.length} days of minutes`,
    );
    const open = names.filter((name) => !name.endsWith('.gz'));
    assert.ok(open.length <= 3, `not packed: ${open.join(', ')}`);
    assert.equal(quarters.length, (end - start) / 900_000);
  });

  it('prices the days before a new tariff by the old one', () => {
    const idOn = (date: string) => days.find((day) => day.date === date)?.tariff?.id;
    assert.equal(idOn('2026-03-24'), 'from-2026-01-01');
    assert.equal(idOn(NEW_PRICE_FROM), `from-${NEW_PRICE_FROM}`);
    for (const { date, money } of days) assert.equal(money?.currency, 'USD', date);
  });

  it('leaves the past as it was when a price is changed in place', async () => {
    const before = days.map(({ date, money }) => [date, money]);
    await bring(end + HOUR_S * 1000, configWith(0.99));
    const again = await readDays(folder, SPAN.first, SPAN.last);
    assert.deepEqual(
      again.days.map(({ date, money }) => [date, money]),
      before,
    );
  });

  function isLost(date: string): boolean {
    return LOST.some(({ fromMs, toMs }) => [fromMs, toMs].some((ms) => dateAt(ms, ZONE) === date));
  }
});
