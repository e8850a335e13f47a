import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addDays,
  dateAt,
  dayBounds,
  daysBetween,
  hourStarts,
  isDate,
  localAt,
  monthBounds,
  monthOf,
  parseInstant,
  withOffset,
} from '../../../nodes/rollup/calendar.ts';

const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;

const hours = (date: string, zone: string) => {
  const { startMs, endMs } = dayBounds(date, zone);
  return (endMs - startMs) / HOUR_MS;
};
const startOf = (date: string, zone: string) => iso(dayBounds(date, zone).startMs);
const iso = (ms: number | undefined) => new Date(ms ?? Number.NaN).toISOString();
const labels = (date: string, zone: string) =>
  hourStarts(date, zone).map((ms) => withOffset(ms, zone));

describe('the calendar of a site', () => {
  describe('days of energy.md', () => {
    it('Z1: spring in Chicago has 23 hours and no 02:00', () => {
      const { startMs, endMs } = dayBounds('2026-03-08', 'America/Chicago');
      assert.deepEqual(
        [iso(startMs), iso(endMs)],
        ['2026-03-08T06:00:00.000Z', '2026-03-09T05:00:00.000Z'],
      );
      const rows = labels('2026-03-08', 'America/Chicago');
      assert.equal(rows.length, 23);
      assert.deepEqual(rows.slice(0, 3), [
        '2026-03-08T00:00:00-06:00',
        '2026-03-08T01:00:00-06:00',
        '2026-03-08T03:00:00-05:00',
      ]);
    });

    it('Z2: autumn in Chicago has 25 hours, two of them 01:00', () => {
      assert.equal(startOf('2026-11-01', 'America/Chicago'), '2026-11-01T05:00:00.000Z');
      assert.equal(hours('2026-11-01', 'America/Chicago'), 25);
      const rows = labels('2026-11-01', 'America/Chicago');
      assert.equal(new Set(rows).size, 25);
      assert.deepEqual(rows.slice(0, 4), [
        '2026-11-01T00:00:00-05:00',
        '2026-11-01T01:00:00-05:00',
        '2026-11-01T01:00:00-06:00',
        '2026-11-01T02:00:00-06:00',
      ]);
    });

    const golden = [
      ['Z3', 'Europe/Berlin', '2026-03-29', 23, '2026-03-28T23:00:00.000Z'],
      ['Z3', 'Europe/Berlin', '2026-10-25', 25, '2026-10-24T22:00:00.000Z'],
      ['Z4', 'Australia/Lord_Howe', '2026-04-05', 24.5, '2026-04-04T13:00:00.000Z'],
      ['Z4', 'Australia/Lord_Howe', '2026-10-04', 23.5, '2026-10-03T13:30:00.000Z'],
      ['Z5', 'America/Santiago', '2026-09-06', 23, '2026-09-06T04:00:00.000Z'],
      ['Z5', 'America/Santiago', '2026-04-04', 25, '2026-04-04T03:00:00.000Z'],
      ['Z6', 'Africa/Cairo', '2026-04-24', 23, '2026-04-23T22:00:00.000Z'],
      ['Z7', 'Asia/Kolkata', '2026-06-01', 24, '2026-05-31T18:30:00.000Z'],
      ['Z7', 'Asia/Kathmandu', '2026-06-01', 24, '2026-05-31T18:15:00.000Z'],
    ] as const;
    for (const [id, zone, date, length, start] of golden) {
      it(`${id}: ${date} in ${zone} has ${length} h from ${start}`, () => {
        assert.equal(hours(date, zone), length);
        assert.equal(startOf(date, zone), start);
      });
    }

    it('Z5, Z6: days that start at 01:00', () => {
      assert.equal(labels('2026-09-06', 'America/Santiago')[0], '2026-09-06T01:00:00-03:00');
      assert.equal(labels('2026-04-24', 'Africa/Cairo')[0], '2026-04-24T01:00:00+03:00');
    });

    it('Z7: hours that start at :30 and :15 of the UTC hour', () => {
      const second = (zone: string) => iso(hourStarts('2026-06-01', zone)[1]);
      assert.equal(second('Asia/Kolkata'), '2026-05-31T19:30:00.000Z');
      assert.equal(second('Asia/Kathmandu'), '2026-05-31T19:15:00.000Z');
      assert.equal(hourStarts('2026-06-01', 'Asia/Kathmandu').length, 24);
    });
  });

  it('gives a date that a zone left out no time at all', () => {
    const left = dayBounds('2011-12-30', 'Pacific/Apia');
    assert.deepEqual(
      [left.startMs, left.endMs].map(iso),
      Array(2).fill('2011-12-30T10:00:00.000Z'),
    );
    assert.equal(dateAt(left.startMs - 1, 'Pacific/Apia'), '2011-12-29');
    assert.equal(dateAt(left.startMs, 'Pacific/Apia'), '2011-12-31');
    assert.deepEqual(hourStarts('2011-12-30', 'Pacific/Apia'), []);
    assert.equal(hours('1993-08-21', 'Pacific/Kwajalein'), 0);
  });

  it('has days of every zone that tile the time line, on quarters of the hour', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const first = Date.UTC(2015, 0, 1) / 86_400_000;
    const last = Date.UTC(2037, 11, 31) / 86_400_000;
    fc.assert(
      fc.property(zone, fc.integer({ min: first, max: last }), (name, day) => {
        const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
        const { startMs, endMs } = dayBounds(date, name);
        assert.equal(endMs, dayBounds(addDays(date, 1), name).startMs);
        assert.equal(startMs % QUARTER_MS, 0);
        // A date may have been left out (Samoa in 2011): then the neighbours touch.
        if (startMs === endMs) return;
        assert.equal(dateAt(startMs, name), date);
        assert.equal(dateAt(endMs - 1, name), date);
        assert.ok(dateAt(startMs - 1, name) < date);
        const rows = hourStarts(date, name);
        assert.equal(rows[0], startMs);
        assert.equal(new Set(rows.map((ms) => withOffset(ms, name))).size, rows.length);
        for (const ms of rows) assert.equal(Date.parse(withOffset(ms, name)), ms);
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with Intl about every quarter of an hour around a change', () => {
    const zones = ['America/Chicago', 'Australia/Lord_Howe', 'Antarctica/Casey', 'Asia/Pyongyang'];
    for (const zone of zones) {
      const format = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'short',
      });
      const from = Date.UTC(2018, 0, 1);
      for (let ms = from; ms < from + 365 * 24 * HOUR_MS; ms += QUARTER_MS) {
        const { date, minuteOfDay } = localAt(ms, zone);
        const two = (value: number) => String(value).padStart(2, '0');
        const time = `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
        assert.equal(`${date} ${time}`, format.format(ms));
      }
    }
  }).timeout(20_000);

  it('knows weekdays and months by the local clock', () => {
    // In Auckland it is Monday the 1st already.
    const ms = Date.parse('2026-05-31T12:30:00Z');
    const local = { date: '2026-06-01', minuteOfDay: 30, weekday: 0, month: 6 };
    assert.deepEqual(localAt(ms, 'Pacific/Auckland'), local);
    assert.equal(localAt(ms, 'UTC').weekday, 6);
    assert.equal(localAt(Date.UTC(1969, 11, 31), 'UTC').weekday, 2);
  });

  it('counts dates, not hours', () => {
    assert.equal(addDays('2024-02-28', 1), '2024-02-29');
    assert.equal(addDays('2026-03-01', -1), '2026-02-28');
    assert.deepEqual(daysBetween('2026-12-31', '2027-01-02'), [
      '2026-12-31',
      '2027-01-01',
      '2027-01-02',
    ]);
    assert.deepEqual(daysBetween('2026-01-02', '2026-01-01'), []);
    assert.equal(monthOf('2026-11-30'), '2026-11');
  });

  it('bounds a month by its days', () => {
    const { startMs, endMs } = monthBounds('2026-11', 'America/Chicago');
    assert.deepEqual(
      [iso(startMs), iso(endMs)],
      ['2026-11-01T05:00:00.000Z', '2026-12-01T06:00:00.000Z'],
    );
    assert.equal(monthBounds('2026-12', 'UTC').endMs, Date.UTC(2027, 0, 1));
  });

  it('reads instants and local dates, and nothing that could be two', () => {
    const zone = 'America/Chicago';
    assert.equal(parseInstant('2026-11-01', zone), Date.parse('2026-11-01T05:00:00Z'));
    assert.equal(parseInstant('2026-11-01T01:30-05:00', zone), Date.parse('2026-11-01T06:30:00Z'));
    assert.equal(
      parseInstant('2026-11-01T06:30:00.250Z', 'UTC'),
      Date.UTC(2026, 10, 1, 6, 30, 0, 250),
    );
    const wrong = ['2026-02-30', '2026-02-30T00:00Z', '2026-11-01T01:30', '2026-13-01', 'now', ''];
    for (const text of wrong) assert.equal(parseInstant(text, zone), null, text);
    assert.ok(isDate('2024-02-29') && !isDate('2026-02-29') && !isDate('26-02-01'));
  });

  it('refuses a zone that does not exist', () => {
    assert.throws(() => dateAt(0, 'Mars/Olympus'), RangeError);
  });
});
