/**
 * The tables of scenarios, as `npm run scenarios` lives them: in CI those of up to half a day and more
 * as they are, the shorter ones also with noise, skew and a restart at once, and the bright hours of a
 * day of each ordinary month; on a desk those that are lived in a moment. All of them, and whole
 * months, are lived by `npm run bench`.
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
const HOUR_MS = 3_600_000;
const IN_CI = process.env.CI !== undefined;
/** How long a scenario may be: CI has half an hour for everything, and a desk stays quick. */
const LONGEST_MS = IN_CI ? 14 * HOUR_MS : HOUR_MS / 3;
const LONGEST_WORSE_MS = 3 * HOUR_MS;
/** What is lived of an ordinary day: from before sunrise past noon, or past noon into the night. */
const ORDINARY_MS = 8 * HOUR_MS;

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
  const upTo = (longestMs: number) => all.filter(({ duration }) => duration <= longestMs);

  it('are more than sixty, also those that are lived in CI, each with a reason', () => {
    assert.ok(upTo(14 * HOUR_MS).length >= 60, `${all.length}`);
    assert.deepEqual(
      all.filter(({ why }) => why === undefined).map(({ name }) => name),
      [],
    );
  });

  suite('as they are', upTo(LONGEST_MS), []);
  if (IN_CI) suite('with noise, skew and a restart', upTo(LONGEST_WORSE_MS), VARIANTS);
  if (IN_CI) suite('a part of an ordinary day of each month', ordinaryDays(), []);

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
      const hour = index % 2 === 0 ? 6 : 14;
      const startMs = scenario.start + 2 * index * DAY_MS + hour * HOUR_MS;
      const start = new Date(startMs).toISOString().slice(0, 16).replace('T', ' ');
      const source = merged(scenario.source, { start, duration: ORDINARY_MS / 1_000 });
      return { ...scenario, start: startMs, duration: ORDINARY_MS, source };
    });
}
