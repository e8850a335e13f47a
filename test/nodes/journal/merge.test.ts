import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeMinutes } from '../../../nodes/journal/merge.ts';
import { LEDGER, minuteAt } from './samples.ts';

const TS = '2026-06-21T12:00:00.000Z';

describe('lines about one minute', () => {
  it('of one run the higher rev counts, in whatever order they stand', () => {
    const cut = minuteAt(TS, { covered_s: 20 });
    const whole = minuteAt(TS, { rev: 2 });
    assert.deepEqual(mergeMinutes([cut, whole]), [whole]);
    assert.deepEqual(mergeMinutes([whole, cut, whole]), [whole]);
  });

  it('of different runs seconds and energies add', () => {
    const first = minuteAt(TS, {
      covered_s: 15,
      held_s: 5,
      energy: { solar_kwh: null, home_kwh: 0.01, import_kwh: 0.01, export_kwh: 0, by: 'counter' },
      power: { solar: null, home: [600, 500, 700], grid: [600, 500, 700] },
      channels: {
        'main/mains': { mean_w: 600, import_kwh: 0.01, export_kwh: 0, counter_import_kwh: 5.01 },
      },
      ledger: { ...LEDGER, n: 20 },
    });
    const second = minuteAt(TS, {
      run: 'r2',
      covered_s: 40,
      estimated_s: 3,
      simulated: true,
      energy: {
        solar_kwh: 0.001,
        home_kwh: 0.02,
        import_kwh: 0.03,
        export_kwh: 0.01,
        by: 'integral',
      },
      power: { solar: [60, 60, 60], home: [1200, 400, 1300], grid: [1800, 0, 2000] },
      channels: {
        'main/mains': {
          mean_w: 1800,
          import_kwh: 0.03,
          export_kwh: 0.01,
          counter_import_kwh: 5.04,
        },
        'main/pv': { mean_w: 60, import_kwh: 0.001, export_kwh: 0 },
      },
      ledger: { ...LEDGER, n: 60 },
    });
    const expected = {
      ...minuteAt(TS),
      run: 'r2',
      covered_s: 55,
      held_s: 5,
      estimated_s: 3,
      simulated: true,
      energy: {
        solar_kwh: 0.001,
        home_kwh: 0.03,
        import_kwh: 0.04,
        export_kwh: 0.01,
        by: 'integral',
      },
      power: { solar: [60, 60, 60], home: [1000, 400, 1300], grid: [1400, 0, 2000] },
      channels: {
        'main/mains': {
          mean_w: 1400,
          import_kwh: 0.04,
          export_kwh: 0.01,
          counter_import_kwh: 5.04,
        },
        'main/pv': { mean_w: 60, import_kwh: 0.001, export_kwh: 0 },
      },
      ledger: { ...LEDGER, n: 60 },
    };
    assert.deepEqual(mergeMinutes([first, second]), [expected]);
    assert.deepEqual(mergeMinutes([second, first]), [expected]);
  });

  it('gives one record a minute, in order, with all energy, however the day was cut into runs', () => {
    const line = fc.record({ minute: fc.nat(9), run: fc.nat(3), mwh: fc.nat(1000) });
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const records = lines.map(({ minute, run, mwh }) =>
          minuteAt(`2026-06-21T12:0${minute}:00.000Z`, {
            run: `r${run}`,
            rev: 1,
            energy: { ...minuteAt(TS).energy, import_kwh: mwh / 1000 },
          }),
        );
        const firsts = new Map(records.toReversed().map((r) => [`${r.ts} ${r.run}`, r]));
        const expected = [...firsts.values()].reduce((sum, r) => sum + r.energy.import_kwh!, 0);
        const merged = mergeMinutes(records);
        const stamps = merged.map(({ ts }) => ts);
        assert.deepEqual(stamps, [...new Set(records.map(({ ts }) => ts))].sort());
        const sum = merged.reduce((total, r) => total + r.energy.import_kwh!, 0);
        assert.ok(Math.abs(sum - expected) < 1e-6);
      }),
    );
  });
});
