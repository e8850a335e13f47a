import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeMinutes } from '../../../nodes/journal/merge.ts';
import type { MinuteChannel } from '../../../nodes/journal/minute.ts';
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

  it('adds blocks, residuals, events and marks of all runs', () => {
    const block = (from: string, to: string, home_kwh: number) => ({
      from: `2026-06-21T${from}:00.000Z`,
      to: `2026-06-21T${to}:00.000Z`,
      energy: { home_kwh },
      channels: { 'main/mains': { import_kwh: home_kwh, export_kwh: 0 } },
    });
    const event = { channel: 'main/mains', event: 'reset' as const };
    const first = minuteAt(TS, {
      covered_s: 20,
      recovered_s: 3600,
      recovered: block('10:00', '11:00', 0.1),
      events: [event],
      power: { ...minuteAt(TS).power, residual: [-300, -400, -200] },
    });
    const second = minuteAt(TS, {
      run: 'r2',
      covered_s: 40,
      recovered_s: 60,
      recovered: block('11:00', '12:00', 0.2),
      events: [event],
    });
    const [merged] = mergeMinutes([first, second]);
    assert.deepEqual(merged?.recovered, block('10:00', '12:00', 0.3));
    assert.deepEqual(merged?.power.residual, [-100, -400, 0]);
    assert.deepEqual([merged?.events, merged?.recovered_s], [[event], 3660]);
    assert.equal(merged?.clock_step, undefined);
  });

  it('says that the clock was set where one run lived the minute twice', () => {
    for (const again of ['r1.1', 'r1~5']) {
      const [merged] = mergeMinutes([minuteAt(TS), minuteAt(TS, { run: again })]);
      assert.deepEqual([merged?.clock_step, merged?.covered_s], [true, 120]);
    }
    assert.equal(
      mergeMinutes([minuteAt(TS), minuteAt(TS, { run: 'r2' })])[0]?.clock_step,
      undefined,
    );
  });

  it('merges the same whatever the order, and what is merged stays as it is', () => {
    const watts = fc.integer({ min: -3000, max: 3000 });
    const kwh = fc.option(fc.nat(10_000).map((n) => n / 1e7));
    const part = fc.record({
      covered: fc.nat(60),
      watts: fc.option(watts),
      kwh,
      recovered: fc.option(fc.nat(100)),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.nat(), (parts, turn) => {
        const records = parts.map((each, n) =>
          minuteAt(TS, {
            run: `r${n}`,
            covered_s: each.covered,
            power: {
              solar: null,
              home: each.watts === null ? null : [each.watts, each.watts - 1, each.watts + 1],
              grid: null,
            },
            energy: { ...minuteAt(TS).energy, solar_kwh: each.kwh },
            ...(each.recovered !== null && {
              recovered: {
                from: `2026-06-21T0${each.recovered % 10}:00:00.000Z`,
                to: TS,
                energy: { home_kwh: each.recovered / 1e7 },
                channels: {},
              },
            }),
            ledger: { ...LEDGER, n: n % 2 },
          }),
        );
        const by = turn % records.length;
        const turned = [...records.slice(by), ...records.slice(0, by)].reverse();
        const merged = mergeMinutes(records);
        assert.deepEqual(mergeMinutes(turned), merged);
        assert.deepEqual(mergeMinutes(merged), merged);
        const [head, ...rest] = records;
        const grouped = mergeMinutes([...mergeMinutes([head!]), ...mergeMinutes(rest)]);
        const energies = ({ energy, recovered }: (typeof merged)[number]) => [
          energy.solar_kwh,
          recovered?.energy.home_kwh,
        ];
        assert.deepEqual(grouped.map(energies), merged.map(energies));
      }),
    );
  });

  it('adds what power came to, also where a part had no counter to lead it', () => {
    const part = (run: string, more: Partial<MinuteChannel>) => {
      const channel = { mean_w: 600, import_kwh: 0.01, export_kwh: 0, ...more };
      return minuteAt(TS, { run, channels: { 'main/mains': channel } });
    };
    const [both] = mergeMinutes([part('r1', {}), part('r2', { integrated_import_kwh: 0.0102 })]);
    assert.equal(both?.channels['main/mains']?.integrated_import_kwh, 0.0202);
    const [none] = mergeMinutes([part('r1', {}), part('r2', {})]);
    assert.equal(Object.hasOwn(none?.channels['main/mains'] ?? {}, 'integrated_import_kwh'), false);
  });
});
