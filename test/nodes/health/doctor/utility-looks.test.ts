import assert from 'node:assert/strict';
import type { UtilityLook } from '../../../../nodes/health/commission/utility.ts';
import { Doctor } from '../../../../nodes/health/doctor/doctor.ts';
import { rulesOf } from '../../../../nodes/health/doctor/rules.ts';
import { UtilityLooks } from '../../../../nodes/health/doctor/utility-looks.ts';
import type { SiteConfig } from '../../../../nodes/site/schema.ts';
import { configOf, HOUR_MS, MIDNIGHT_MS, type Script, secondsOf } from './synthetic-site.ts';

/** What both meters show a day later than the look before: imported and exported, theirs and ours, kWh. */
type Day = [theirs: [number, number | null], ours: [number, number]];

function looksOf(...days: Day[]): UtilityLook[] {
  return days.map(([[importKwh, exportKwh], ours], day) => ({
    ts: new Date(MIDNIGHT_MS + day * 24 * HOUR_MS).toISOString(),
    by: 'Pat',
    utility: { import_kwh: importKwh, export_kwh: exportKwh },
    ours: { import_kwh: ours[0], export_kwh: ours[1] },
  }));
}

const imports = (...pairs: [number, number][]) =>
  looksOf(
    ...pairs.map(
      ([theirs, ours]): Day => [
        [5_000 + theirs, null],
        [ours, 0],
      ],
    ),
  );

interface Office {
  utility: UtilityLooks;
  doctor: Doctor;
  live(script?: Partial<Script>): Office;
  give(looks: readonly UtilityLook[]): Office;
  /** `source/cause verdict` of what is said of ratios. */
  said(): string[];
}

function officeOf(config: SiteConfig = configOf()): Office {
  const utility = new UtilityLooks(config);
  const doctor = new Doctor({ rules: rulesOf({ config, utility }), outage: () => [] });
  const office: Office = {
    utility,
    doctor,
    live(script = {}) {
      for (const second of secondsOf({ forMs: 3_000, ...script, config })) doctor.take(second);
      return office;
    },
    give(looks) {
      utility.give(looks);
      return office.live();
    },
    said: () =>
      doctor
        .findings()
        .filter(({ id }) => id === 'ct_ratio_suspect')
        .map(({ source, cause, verdict }) => `${source}/${cause} ${verdict}`),
  };
  return office;
}

const FOUND = ['panel/mains/utility_rating confirmed'];

describe("what the utility's meter says of the grid CTs", () => {
  it('confirms a known factor without any cloud edge, with its numbers', () => {
    const office = officeOf().give(imports([0, 0], [40, 10.4]));
    assert.deepEqual(office.said(), FOUND);
    const [found] = office.doctor.findings();
    assert.deepEqual(found?.evidence, {
      utility_kwh: 40,
      ours_kwh: 10.4,
      factor: 0.25,
      times: 4,
      fit_percent: 4,
      rated_a: 200,
      suggested_a: 800,
    });
    assert.deepEqual(
      found?.arguments.map(({ key, supports }) => [key, supports]),
      [['utility_wrong', true]],
    );
  });

  it('takes the ratio of two ratings for a known factor, too', () => {
    const config = configOf();
    config.ct_profiles.push({ ...config.ct_profiles[0], id: 'third', rated_amps: 600 } as never);
    assert.deepEqual(
      officeOf(config)
        .give(imports([0, 0], [30, 90]))
        .said(),
      FOUND,
    );
  });

  for (const [name, looks] of [
    ['one look', imports([0, 0])],
    ['less than 20 kWh', imports([0, 0], [19, 4])],
    ['within 15 %', imports([0, 0], [40, 35])],
    ['a factor that no ratio has', imports([0, 0], [40, 28])],
    ['a meter that went back', imports([100, 0], [0, 10])],
    ['nothing counted here', imports([0, 0], [40, 0])],
    [
      'two ways that differ otherwise',
      looksOf(
        [
          [0, 0],
          [0, 0],
        ],
        [
          [40, 30],
          [20, 30],
        ],
      ),
    ],
  ] as const) {
    it(`says nothing of ${name}`, () => {
      assert.deepEqual(officeOf().give(looks).said(), []);
    });
  }

  it('judges export as import', () => {
    const looks = looksOf(
      [
        [0, 0],
        [0, 0],
      ],
      [
        [3, 60],
        [1.4, 31],
      ],
    );
    assert.deepEqual(officeOf().give(looks).said(), FOUND);
  });

  it('is over with a newer reading within 7 %, and not before', () => {
    const office = officeOf().give(imports([0, 0], [40, 20]));
    assert.deepEqual(office.said(), FOUND);
    office.give(imports([0, 0], [40, 20], [50, 30]));
    assert.deepEqual(office.said(), FOUND, 'only 10 kWh since then');
    office.give(imports([0, 0], [40, 20], [50, 30], [80, 56]));
    assert.deepEqual(office.said(), FOUND, '10 % off');
    office.give(imports([0, 0], [40, 20], [50, 30], [80, 56], [120, 95]));
    assert.deepEqual(office.said(), []);
  });

  it('goes on after a restart, with or without the file', () => {
    const before = officeOf().give(imports([0, 0], [40, 20]));
    const after = officeOf();
    after.doctor.restore(JSON.parse(JSON.stringify(before.doctor.save())));
    assert.deepEqual(after.said(), FOUND);
    assert.deepEqual(after.live().said(), FOUND);
    assert.deepEqual(after.give(imports([0, 0], [40, 20])).said(), FOUND);
  });

  it("forgets what was read before the grid channel's configuration changed, and only that", () => {
    const looks = imports([0, 0], [40, 20]);
    const office = officeOf().give(looks);
    office.doctor.forget('panel/sun');
    assert.deepEqual(office.live().said(), FOUND);
    office.doctor.forget('panel/mains');
    assert.deepEqual(office.live().said(), []);
    assert.deepEqual(office.give(looks).said(), []);
    assert.deepEqual(office.utility.looks, []);
    const after = officeOf();
    after.doctor.restore(JSON.parse(JSON.stringify(office.doctor.save())));
    const more = imports([0, 0], [40, 20], [41, 20.5], [81, 40.5]);
    assert.deepEqual(after.give(more).said(), FOUND);
    assert.equal(after.utility.looks.length, 2);
  });

  it('tells the side where the edges cannot', () => {
    const wiring: Script['wiring'] = ({ homeW, solarW }) => ({
      mainsW: [homeW - solarW, homeW - solarW],
      solarW,
    });
    const script = { forMs: 14 * HOUR_MS, stepMs: 1_000, wiring };
    const office = officeOf().live(script);
    assert.deepEqual(office.said(), ['site/solar_or_grid confirmed']);
    office.give(imports([0, 0], [40, 41]));
    assert.deepEqual(office.said(), ['panel/sun/undefined confirmed']);
    office.give(imports([0, 0], [40, 41], [80, 121]));
    assert.deepEqual(office.said(), FOUND);
  }).timeout(60_000);

  it('hears nothing of a time in which a row above had found something', () => {
    const config = configOf();
    const utility = new UtilityLooks(config);
    const outages = ['data_stale'];
    const doctor = new Doctor({ rules: rulesOf({ config, utility }), outage: () => outages });
    const [first, second] = imports([0, 0], [40, 20]);
    assert.ok(first && second);
    utility.give([first]);
    for (const each of secondsOf({ config, forMs: 2 * HOUR_MS, stepMs: 5_000 })) doctor.take(each);
    outages.length = 0;
    utility.give([first, second]);
    assert.equal(utility.word, null, '8 % of the day');
  });

  it('says nothing of mains that do not count solar', () => {
    const office = officeOf(configOf({ position: 'line_side' }));
    assert.deepEqual(office.give(imports([0, 0], [40, 20])).said(), []);
  });
});
