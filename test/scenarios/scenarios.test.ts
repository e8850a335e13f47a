/**
 * The tables of scenarios, as `npm run scenarios` lives them. In CI all of them, as they are and with
 * noise, skew and a restart at once, and a day of each ordinary month; on a desk those that are lived
 * in a moment.
 */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { liveAll, type Task } from './crew.ts';
import { VARIANTS, type Variant } from './format.ts';
import { merged } from './merged.ts';
import type { Outcome } from './outcome.ts';
import { parseTable, readTable, TableError, type WrittenScenario } from './table.ts';
import { clock } from './verdict.ts';

const DAY_MS = 86_400_000;
/** On a desk `npm test` stays quick. */
const SHORT_MS = 20 * 60_000;
const IN_CI = process.env.CI !== undefined;

const tablesIn = (folder: string) => globSync(join(import.meta.dirname, folder, '*.yaml')).sort();

function suite(title: string, scenarios: readonly WrittenScenario[], variants: readonly Variant[]) {
  describe(title, function () {
    this.timeout(60 * 60_000);
    let outcomes: Outcome[] = [];
    before(async () => {
      const tasks = scenarios.map(({ source }): Task => ({ source, variants }));
      outcomes = await liveAll(tasks);
    });
    for (const [index, { name, where }] of scenarios.entries()) {
      it(`${basename(where)} ${name}`, () => assert.deepEqual(mistakesOf(outcomes[index]), []));
    }
  });
}

/** Empty where all was as expected. */
function mistakesOf(outcome: Outcome | undefined): string[] {
  if (outcome === undefined) return ['was not lived'];
  const { error, expected, extra } = outcome;
  return [
    ...(error === null ? [] : [error]),
    ...expected.flatMap(({ what, wrong }) => (wrong === null ? [] : [`${what}: ${wrong}`])),
    ...extra.map(({ ms, id, source, state }) => `${id} at ${source}, ${state}, at ${clock(ms)}`),
  ];
}

describe('scenarios', () => {
  const all = tablesIn('.').flatMap(readTable);
  const lived = IN_CI ? all : all.filter(({ duration }) => duration <= SHORT_MS);

  it('are more than sixty, each with a reason', () => {
    assert.ok(all.length >= 60, `${all.length}`);
    assert.deepEqual(
      all.filter(({ why }) => why === undefined).map(({ name }) => name),
      [],
    );
  });

  suite('as they are', lived, []);
  if (IN_CI) suite('with noise, skew and a restart', lived, VARIANTS);
  if (IN_CI) suite('an ordinary day of each month', ordinaryDays(), []);

  it('tell a mistake by its place and what is allowed there', () => {
    const text = [
      'scenarios:',
      '  - name: wrong',
      '    duration: 10 minuts',
      '    expects: []',
    ].join('\n');
    assert.throws(
      () => parseTable('mine.yaml', text),
      (thrown: unknown) => {
        assert.ok(thrown instanceof TableError);
        assert.match(thrown.message, /mine\.yaml:3: duration: expected a duration: 90 s/);
        assert.match(
          thrown.message,
          /mine\.yaml:2: unknown key expects \(expect\?\); allowed are name/,
        );
        return true;
      },
    );
  });
});

/** A day of each month, each another one. */
function ordinaryDays(): WrittenScenario[] {
  return tablesIn('ordinary')
    .flatMap(readTable)
    .map((scenario, index) => {
      const startMs = scenario.start + 2 * index * DAY_MS;
      const start = new Date(startMs).toISOString().slice(0, 16).replace('T', ' ');
      const source = merged(scenario.source, { start, duration: '1 d' });
      return { ...scenario, start: startMs, duration: DAY_MS, source };
    });
}
