import assert from 'node:assert/strict';
import fc from 'fast-check';
import { COUNTER_STEP_KWH, type Event, House, MOST_W, STEP_S } from './house.ts';

/** What the appliance sees of the day; what it does not see comes on top. */
const WATCHED_S = 2400;
const LONGEST_SILENCE_S = 600;
const KEYS = ['solar_kwh', 'import_kwh', 'export_kwh'] as const;
/** Each number of a minute is rounded to 1e-7. */
const ROUNDING_KWH = 5e-8;

const seed = fc.nat(500);
const upTo = (s: number) => fc.integer({ min: 0, max: s / STEP_S }).map((steps) => steps * STEP_S);
const eventOf = (kind: Event['kind'], longestS: number) =>
  fc.record({
    kind: fc.constant(kind),
    atS: fc.integer({ min: 120, max: WATCHED_S - 60 }),
    s: upTo(longestS),
  });
const stops = (['restart', 'kill', 'power cut'] as const).map((kind) => eventOf(kind, 4 * 3600));
const silences = (['main silent', 'roof silent'] as const).map((kind) =>
  eventOf(kind, LONGEST_SILENCE_S),
);
const anything = fc.array(fc.oneof(...stops, ...silences), { maxLength: 6 });

function lived(seedOf: number, withCounters: boolean, events: readonly Event[]): House {
  const house = new House(seedOf, withCounters);
  house.live(WATCHED_S, events);
  // All are back and heard for long enough that the last gap is made up for.
  house.live(LONGEST_SILENCE_S + 300, []);
  return house;
}

const near = (found: number, expected: number, within: number, what: string) =>
  assert.ok(Math.abs(found - expected) <= within, `${what}: ${found} is not ${expected}`);

function endsLikeTheWholeDay({ ledger, truth }: House): void {
  for (const key of KEYS) near(ledger!.totals[key]!, truth[key], 2 * COUNTER_STEP_KWH, key);
}

function hasAllInItsMinutes(house: House): void {
  const first = house.written[0]!;
  const within = ROUNDING_KWH * (house.written.length + 1);
  for (const key of KEYS) {
    const grown = house.ledger!.totals[key]! - first.ledger!.totals[key]!;
    near(house.recorded(key) - first.energy[key]!, grown, within, key);
  }
  const homeGrown = house.ledger!.home!.raw - first.ledger!.home!.raw;
  near(house.recorded('home_kwh') - first.energy.home_kwh!, homeGrown, within, 'home');
  const balance =
    house.recorded('solar_kwh') + house.recorded('import_kwh') - house.recorded('export_kwh');
  near(house.recorded('home_kwh'), balance, 0.002, 'balance');
  const flows =
    house.recorded('solar_home_kwh') + house.recorded('grid_home_kwh') - house.recorded('home_kwh');
  near(flows, 0, 6 * COUNTER_STEP_KWH, 'flows into the home');
  const ofMains = house.minutes.reduce(
    (sum, { channels, recovered }) =>
      sum +
      (channels['main/mains']?.import_kwh ?? 0) +
      (recovered?.channels['main/mains']?.import_kwh ?? 0),
    0,
  );
  near(ofMains, house.recorded('import_kwh'), 2 * within, 'channel');
}

function showsOnlyWhatItSaw(house: House, events: readonly Event[]): void {
  let markedS = 0;
  for (const minute of house.minutes) {
    const { covered_s, held_s = 0, estimated_s = 0, recovered_s = 0, recovered } = minute;
    markedS += covered_s + held_s + estimated_s + recovered_s;
    // A meter may be heard while the other is not; the longest that is still estimated is 120 s.
    const mostKwh = (MOST_W * (60 + 120)) / 3_600_000 + 2 * COUNTER_STEP_KWH;
    for (const key of [...KEYS, 'home_kwh'] as const) {
      assert.ok((minute.energy[key] ?? 0) <= mostKwh, `${key} in ${JSON.stringify(minute)}`);
    }
    if (recovered) assert.ok(recovered.from < recovered.to);
  }
  near(markedS, house.atS, 2 * STEP_S * (events.length + 1) + house.written.length, 'seconds');
}

describe('a day split into runs, crashes and silences', () => {
  it('with counters ends like the whole day, and its minutes have all of it, without a spike', () => {
    fc.assert(
      fc.property(seed, anything, (number, events) => {
        const house = lived(number, true, events);
        endsLikeTheWholeDay(house);
        hasAllInItsMinutes(house);
        showsOnlyWhatItSaw(house, events);
      }),
      { numRuns: 120 },
    );
  });

  it('without counters loses no more than the gaps, and the open minute of a power cut', () => {
    fc.assert(
      fc.property(seed, fc.array(fc.oneof(...stops), { maxLength: 5 }), (number, events) => {
        const house = lived(number, false, events);
        const openS = (kind: Event['kind']) => (kind === 'power cut' ? 60 : 0);
        const awayS = events.reduce((sum, { kind, s }) => sum + s + openS(kind) + 2 * STEP_S, 0);
        const begun = { solar_kwh: 2000, import_kwh: 5000, export_kwh: 800 };
        for (const key of KEYS) {
          const lost = house.truth[key] - begun[key] - house.ledger!.totals[key]!;
          assert.ok(lost >= -0.01, `${key} grew by ${-lost} too much`);
          assert.ok(lost <= (MOST_W * (awayS + STEP_S)) / 3_600_000, `${key} lost ${lost}`);
          const within = ROUNDING_KWH * (house.written.length + 1);
          near(house.recorded(key), house.ledger!.totals[key]!, within, key);
        }
      }),
      { numRuns: 12 },
    );
  });
});
