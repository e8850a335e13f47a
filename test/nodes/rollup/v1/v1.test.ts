import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { MinuteRecord } from '../../../../nodes/journal/minute.ts';
import { openArchive } from '../../../../nodes/rollup/archive/open.ts';
import { isRecord } from '../../../../nodes/rollup/archive/record-schemas.ts';
import { readTarball } from '../../../../nodes/rollup/archive/tarball.ts';
import { convertV1 } from '../../../../nodes/rollup/v1/convert.ts';
import { mapSchema, readSample, type Sample } from '../../../../nodes/rollup/v1/map.ts';
import { V1Minutes } from '../../../../nodes/rollup/v1/minutes.ts';
import { shippedConfig } from '../../../../nodes/site/package.ts';
import { siteConfigSchema } from '../../../../nodes/site/schema.ts';
import { emptyRecords } from '../records-home.ts';

const MAP = mapSchema.parse(parse(readFileSync(join(shippedConfig, 'v1-map.yaml'), 'utf8')));
const NOON = Date.parse('2026-03-01T12:00:00Z');

function minutesOf(samples: Iterable<Sample>): MinuteRecord[] {
  const minutes = new V1Minutes({ config: '0123456789ab', maxW: 60_000 });
  for (const sample of samples) minutes.take(sample);
  return minutes.end();
}

const sample = (
  s: number,
  powers: Sample['powers'],
  counters: Sample['counters'] = {},
): Sample => ({
  ms: NOON + s * 1000,
  powers,
  counters,
});

describe("V1's samples", () => {
  describe('are read by a field map', () => {
    const read = (value: unknown, map = MAP) => {
      const unknown: string[] = [];
      const found = readSample(JSON.stringify(value), map, (name) => unknown.push(name));
      return { found, unknown };
    };

    it('that ships with names that V1 used, in groups or not', () => {
      const { found, unknown } = read({
        timestamp: '2026-03-01T12:00:00Z',
        solar_power_w: 3000,
        grid: { power_w: -2000, import_kwh: 7 },
        load_w: null,
        status: { any: 1 },
        colour: 'red',
      });
      assert.deepEqual(found, {
        ms: NOON,
        powers: { solar: 3000, grid: -2000, home: null },
        counters: { import: 7 },
      });
      assert.deepEqual(unknown, ['colour']);
    });

    it('with a time in any of its forms', () => {
      for (const ts of [
        NOON,
        NOON / 1000,
        String(NOON),
        '2026-03-01 12:00:00',
        '2026-03-01T13:00:00+01:00',
      ]) {
        assert.equal(read({ ts }).found?.ms, NOON, String(ts));
      }
      for (const ts of ['noon', null, true, {}]) assert.equal(read({ ts }).found, null);
      assert.equal(
        readSample('nonsense', MAP, () => {}),
        null,
      );
      assert.equal(
        readSample('[1]', MAP, () => {}),
        null,
      );
    });

    it('in a zone where times have no offset, also around its changes', () => {
      const map = { ...MAP, timestamp: { ...MAP.timestamp, zone: 'America/Chicago' } };
      const at = (ts: string) => new Date(read({ ts }, map).found?.ms ?? 0).toISOString();
      assert.equal(at('2026-03-08T01:59:00'), '2026-03-08T07:59:00.000Z');
      assert.equal(at('2026-03-08T03:00:00'), '2026-03-08T08:00:00.000Z');
      assert.equal(at('2026-07-01T12:00:00'), '2026-07-01T17:00:00.000Z');
    });

    it('with a sign and a scale', () => {
      const map = mapSchema.parse({
        timestamp: { fields: ['t'], unit: 's' },
        power: { grid: { fields: ['g'], scale: -1000 } },
        counters: { import: { fields: ['c'], scale: 0.001 } },
      });
      const found = readSample('{"t":0,"g":1.5,"c":2500}', map, () => {});
      assert.deepEqual(found, { ms: 0, powers: { grid: -1500 }, counters: { import: 2.5 } });
    });
  });

  describe('become minutes', () => {
    const steady = { solar: 3600, grid: -1800 };

    it('whose energy is that of the power between them', () => {
      const list = Array.from({ length: 121 }, (_, s) => sample(s, steady));
      const [first, second, rest] = minutesOf(list);
      assert.deepEqual(first, {
        v: 1,
        ts: '2026-03-01T12:00:00.000Z',
        run: 'v1',
        rev: 1,
        config: '0123456789ab',
        covered_s: 60,
        power: { solar: [3600, 3600, 3600], home: [1800, 1800, 1800], grid: [-1800, -1800, -1800] },
        energy: {
          solar_kwh: 0.06,
          home_kwh: 0.03,
          import_kwh: 0,
          export_kwh: 0.03,
          grid_home_kwh: 0,
          solar_grid_kwh: 0.03,
          solar_home_kwh: 0.03,
          by: 'integral',
        },
        channels: {},
      });
      assert.equal(second?.covered_s, 60);
      assert.equal(rest, undefined);
      assert.ok(isRecord('minute', first));
    });

    it('that split import from export where the power turns, and cut spans at the minute', () => {
      const [first, second] = minutesOf([sample(30, { grid: 600 }), sample(90, { grid: -600 })]);
      assert.deepEqual([first?.estimated_s, second?.estimated_s], [30, 30]);
      assert.deepEqual([first?.energy.import_kwh, first?.energy.export_kwh], [0.0025, 0]);
      assert.deepEqual([second?.energy.import_kwh, second?.energy.export_kwh], [0, 0.0025]);
    });

    it('with a gap where nobody looked', () => {
      const [before, after, ...rest] = minutesOf([0, 1, 200, 201].map((s) => sample(s, steady)));
      assert.deepEqual([before?.covered_s, after?.covered_s, rest], [1, 1, []]);
      assert.equal(after?.recovered, undefined);
    });

    it('that tell what counters counted in a gap, where that can be', () => {
      const counted = (solar: number, bought: number, sold: number) => ({
        solar,
        import: bought,
        export: sold,
      });
      const [, after] = minutesOf([
        sample(0, steady, counted(100, 50, 10)),
        sample(1, steady, counted(100, 50, 10)),
        sample(3601, steady, counted(103, 51, 12)),
        sample(3602, steady, counted(103, 51, 12)),
      ]);
      assert.deepEqual(after?.recovered, {
        from: '2026-03-01T12:00:01.000Z',
        to: '2026-03-01T13:00:01.000Z',
        energy: { solar_kwh: 3, import_kwh: 1, export_kwh: 2, home_kwh: 2 },
        channels: {},
      });
      assert.equal(after?.recovered_s, 3600);
      const [jumped] = minutesOf([
        sample(0, steady, counted(100, 50, 10)),
        sample(3600, steady, counted(99, 500, 10)),
        sample(3601, steady, counted(99, 500, 10)),
      ]);
      assert.deepEqual(jumped?.recovered?.energy, { export_kwh: 0 });
    });

    it('that do not take a solar power that is missing for a home without solar', () => {
      const [minute] = minutesOf([
        sample(0, steady),
        sample(1, steady),
        sample(2, { grid: 500 }),
        sample(3, { grid: 500 }),
      ]);
      assert.equal(minute?.energy.home_kwh, 0.0005);
      const [none] = minutesOf([sample(0, { grid: 3600 }), sample(1, { grid: 3600 })]);
      assert.deepEqual([none?.energy.home_kwh, none?.energy.solar_kwh], [0.001, null]);
    });

    it('with the grid worked out where only the home was measured', () => {
      const [minute] = minutesOf([0, 1].map((s) => sample(s, { solar: 3600, home: 1800 })));
      assert.deepEqual(minute?.power.grid, [-1800, -1800, -1800]);
    });

    it('once: a sample that does not come later is left out', () => {
      const minutes = new V1Minutes({ config: 'x', maxW: 1 });
      assert.deepEqual(
        [10, 10, 9, 11].map((s) => minutes.take(sample(s, steady))),
        [true, false, false, true],
      );
    });

    it('whose sum does not depend on where the minutes begin', () => {
      const watts = fc.integer({ min: -9000, max: 9000 });
      fc.assert(
        fc.property(
          fc.array(watts, { minLength: 2, maxLength: 200 }),
          fc.integer({ min: 0, max: 59 }),
          (list, shift) => {
            const sum = (of: MinuteRecord[]) =>
              of.reduce(
                (total, { energy }) => total + (energy.import_kwh ?? 0) - (energy.export_kwh ?? 0),
                0,
              );
            const at = (offset: number) =>
              minutesOf(list.map((grid, s) => sample(s * 3 + offset, { grid })));
            assert.ok(Math.abs(sum(at(0)) - sum(at(shift))) < 1e-6);
          },
        ),
      );
    });
  });

  describe('become an archive', () => {
    const config = siteConfigSchema.parse({
      site: { timezone: 'America/Chicago', inverter_watts: 5000 },
    });
    const line = (s: number, more: object) =>
      `${JSON.stringify({ ts: (NOON + s * 1000) / 1000, solar_w: 3600, grid_w: -1800, ...more })}\n`;

    it('of days in order, with a report of what was found', async () => {
      const folder = emptyRecords();
      const [late, early, out] = ['a.jsonl', 'b.jsonl.gz', 'out.tar.gz'].map((name) =>
        join(folder, name),
      ) as [string, string, string];
      const day = 86_400;
      const lines = Array.from({ length: 61 }, (_, s) =>
        line(day + s, s === 3 ? { solar_w: 7000 } : {}),
      );
      writeFileSync(late, `${lines.join('')}nonsense\n\n${line(day + 5, {})}`);
      writeFileSync(early, gzipSync(line(0, { wind_w: 3 }) + line(1, { wind_w: 4 })));
      const report = await convertV1({
        files: [late, early],
        map: MAP,
        config,
        out,
        product: '2',
        nowMs: NOON,
      });
      assert.deepEqual(report, {
        files: 2,
        samples: 64,
        minutes: 2,
        days: 2,
        first: '2026-03-01T12:00:00.000Z',
        last: '2026-03-02T12:00:00.000Z',
        bad: { count: 1, places: [{ file: late, line: 62 }] },
        unordered: 1,
        recovered: 0,
        unknown: { wind_w: 2 },
        impossible: { count: 1, places: [{ file: late, line: 4, what: 'solar 7000 W > 6250 W' }] },
      });
      const { manifest, configs } = await openArchive(out);
      assert.equal(configs.size, 1);
      const records: unknown[] = [];
      await readTarball(out, ({ path, bytes }) => {
        if (!path.startsWith('records/')) return;
        for (const text of bytes.toString().trim().split('\n')) records.push(JSON.parse(text));
      });
      assert.deepEqual(
        manifest.files.filter(({ records }) => records).map(({ path }) => path),
        ['records/minute/2026-03-01.jsonl', 'records/minute/2026-03-02.jsonl'],
      );
      assert.ok(records.every((record) => isRecord('minute', record)));
    });

    it('or none, where a file cannot be read', async () => {
      const folder = emptyRecords();
      const out = join(folder, 'out.tar.gz');
      const broken = join(folder, 'broken.jsonl.gz');
      writeFileSync(broken, 'no');
      for (const file of [join(folder, 'none.jsonl'), broken]) {
        await assert.rejects(
          convertV1({ files: [file], map: MAP, config, out, product: '2', nowMs: 0 }),
        );
      }
    });
  });
});
