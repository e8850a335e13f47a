/** Ten scenarios over real Modbus TCP in real time, all at once: what a virtual clock promises holds. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Outcome, outcomeOf } from '../scenarios/outcome.ts';
import { realWorld } from '../scenarios/real-world.ts';
import { readTable } from '../scenarios/table.ts';
import { clock } from '../scenarios/verdict.ts';

const TABLE = join(import.meta.dirname, 'scenarios-in-real-time.yaml');

describe('scenarios in real time', function () {
  this.timeout(180_000);
  const scenarios = readTable(TABLE);
  let outcomes: Outcome[];

  before(async () => {
    outcomes = await Promise.all(scenarios.map(({ source }) => outcomeOf(source, [], realWorld)));
  });

  for (const [index, { name }] of scenarios.entries()) {
    it(name, () => {
      const { error, expected, extra } = outcomes[index] as Outcome;
      assert.equal(error, null);
      assert.deepEqual(
        expected.flatMap(({ what, wrong }) => (wrong === null ? [] : [`${what}: ${wrong}`])),
        [],
      );
      assert.deepEqual(
        extra.map(({ ms, id, source, state }) => `${id} at ${source}, ${state}, at ${clock(ms)}`),
        [],
      );
    });
  }
});
