/** How the tables of scenarios are read and judged: by cases whose answers are known. */
import assert from 'node:assert/strict';
import { Edges } from './edges.ts';
import { scenarioSchema } from './format.ts';
import type { Told } from './pipeline.ts';
import { PLACES } from './places.ts';
import { scoreOf } from './score.ts';
import { homeOf } from './site.ts';
import { parseTable, TableError } from './table.ts';
import { judge } from './verdict.ts';

const MINUTE_MS = 60_000;

describe('cloud edges of a scenario', () => {
  const edgesOf = (watts: readonly number[]) => {
    const edges = new Edges();
    for (const [second, power] of watts.entries()) edges.take(1_000 * (second + 1), power);
    return edges.passed;
  };
  const held = (seconds: number, watts: number) => Array<number>(seconds).fill(watts);

  it('are counted once each, when the power has been settled for five seconds', () => {
    const watts = [...held(20, 1_000), 1_300, 1_700, ...held(20, 2_000), ...held(20, 900)];
    assert.deepEqual(edgesOf(watts), [27_000, 47_000]);
  });

  it('are none where it changes by less, more slowly, or does not settle', () => {
    const slow = Array.from({ length: 60 }, (_, second) => 1_000 + 14 * second);
    const restless = Array.from({ length: 60 }, (_, second) => 1_000 + 500 * (second % 2));
    assert.deepEqual(edgesOf([...held(20, 1_000), ...held(20, 1_290)]), []);
    assert.deepEqual(edgesOf(slow), []);
    assert.deepEqual(edgesOf(restless), []);
  });
});

describe('the verdict on a scenario', () => {
  const told = (minutes: number, ended: boolean): Told => ({
    ...{ ms: minutes * MINUTE_MS, id: 'ct_unplugged', source: 'main/mains', cause: null },
    ...{ state: 'confirmed', ended, evidence: {} },
  });
  const judged = (expect: unknown[], tellings: Told[]) => {
    const scenario = scenarioSchema.parse({ name: 'x', duration: '45 min', expect });
    const events = new Map([
      ['one', 5 * MINUTE_MS],
      ['two', 30 * MINUTE_MS],
    ]);
    const course = {
      ...{ startMs: scenario.start, timezone: 'UTC', place: PLACES.chicago, events },
      edges: [20 * MINUTE_MS],
    };
    const lived = { told: tellings, stops: [], course, wrongMs: 5 * MINUTE_MS };
    return judge(scenario, lived, { laterMs: 0 });
  };
  const again = [
    { id: 'ct_unplugged', within: '6 min', after: 'one' },
    { id: 'ct_unplugged', within: '6 min', after: 'two', stays: true },
  ];

  it('looks for a fault that comes back from its own event on', () => {
    const { expected, ok } = judged(again, [told(10, false), told(16, true), told(35, false)]);
    assert.deepEqual(
      expected.map(({ tookMs }) => tookMs),
      [5 * MINUTE_MS, 5 * MINUTE_MS],
    );
    assert.equal(ok, true);
  });

  it('does not take the first telling for the second', () => {
    const { expected } = judged(again, [told(10, false), told(16, true)]);
    assert.deepEqual(
      expected.map(({ wrong }) => wrong),
      [null, 'came 20.0 min too early'],
    );
  });

  it('looks for it at `not_before` at the earliest', () => {
    const due = [{ id: 'ct_unplugged', by: '25 min', not_before: '1 edges' }];
    assert.equal(judged(due, [told(10, false)]).expected[0]?.wrong, 'came 10.0 min too early');
    const { ok } = judged([...due, again[0]], [told(10, false), told(12, true), told(22, false)]);
    assert.equal(ok, true);
  });

  it('has no detection time for what was told before it was due', () => {
    const due = [{ id: 'ct_unplugged', after: '1 edges', within: '5 min' }];
    const verdict = judged(due, [told(10, false)]);
    assert.equal(verdict.ok, true);
    const rest = { name: 'x', variants: [], told: [], error: null, lived: 0, tookMs: 0 };
    const { times, found } = scoreOf([{ ...verdict, ...rest }]);
    assert.equal(found, 1);
    assert.deepEqual(times, []);
  });
});

describe('a home in a table of scenarios', () => {
  it('drops by null what a piece gave', () => {
    const text = [
      'pieces:',
      '  timed:',
      "    home: { battery: { watts: 3000, schedule: [{ from: '10:00', watts: 100 }] } }",
      'scenarios:',
      '  - { name: free, use: timed, duration: 1 min, home: { battery: { schedule: null } } }',
      '  - { name: none, use: timed, duration: 1 min, home: { battery: null } }',
    ].join('\n');
    const [free, none] = parseTable('mine.yaml', text).map(homeOf);
    assert.deepEqual(free?.battery, { watts: 3_000 });
    assert.equal(none?.battery, null);
  });

  it('is checked with its site as a table is read, by file and line', () => {
    const text = [
      'scenarios:',
      '  - name: wrong',
      '    duration: 1 min',
      '    home:',
      '      battery: { wats: 3000 }',
      '    site:',
      '      meters: [{ id: main, channels: [{ id: mains, role: gird }] }]',
    ].join('\n');
    assert.throws(
      () => parseTable('mine.yaml', text),
      (thrown: unknown) => {
        assert.ok(thrown instanceof TableError);
        assert.match(thrown.message, /mine\.yaml:5: home\.battery: unknown key wats \(watts\?\)/);
        assert.match(thrown.message, /mine\.yaml:7: site\.meters\.0\.channels\.0\.role: /);
        return true;
      },
    );
  });
});
