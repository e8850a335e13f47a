/**
 * `npm run scenarios -- [file...] [--variant noise,skew,restart] [--only NAME] [--json]`: lives tables of
 * scenarios and says what was found when. Without files, the shipped tables. Ends with 1 where a
 * scenario fails or a table cannot be read.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { liveAll } from './crew.ts';
import { VARIANTS, type Variant } from './format.ts';
import type { Outcome } from './outcome.ts';
import { scoreOf } from './score.ts';
import { readTable, TableError } from './table.ts';
import { clock, seconds } from './verdict.ts';

const USAGE = `npm run scenarios -- [file...] [options]

Lives tables of scenarios (docs/scenarios.md); without files, the shipped ones.

  --only WORDS      scenarios whose name has these words; may be said again
  --variant LIST    the same under worse conditions: ${VARIANTS.join(',')}
  --hands N         lives so many at a time
  --json            everything that was told, for a program
  --help            shows this`;

try {
  const { values, positionals } = argumentsOf(process.argv.slice(2));
  if (values.help) console.log(USAGE);
  else process.exitCode = (await run(values, positionals)) ? 0 : 1;
} catch (thrown) {
  if (!(thrown instanceof TableError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 1;
}

/** @throws TableError for an option that is none */
function argumentsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        variant: { type: 'string' },
        only: { type: 'string', multiple: true },
        hands: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new TableError(`${reason}\n\n${USAGE}`);
  }
}

type Values = ReturnType<typeof argumentsOf>['values'];

/** @returns whether all was as expected */
async function run({ variant, only, hands, json }: Values, files: readonly string[]) {
  const variants = variantsOf(variant);
  const tables = files.length > 0 ? files : shippedTables();
  const isWanted = (name: string) => only === undefined || only.some((part) => name.includes(part));
  const scenarios = tables.flatMap(readTable).filter(({ name }) => isWanted(name));
  if (scenarios.length === 0) throw new TableError('No such scenario.');
  const tasks = scenarios.map(({ source }) => ({ source, variants }));
  const show = json ? () => {} : showOutcome;
  const outcomes = await liveAll(tasks, show, hands === undefined ? undefined : Number(hands));
  if (json) console.log(JSON.stringify({ outcomes, score: scoreOf(outcomes) }, null, 2));
  else showScore(outcomes);
  return outcomes.every(({ ok }) => ok);
}

function shippedTables(): string[] {
  return globSync(join(import.meta.dirname, '*.yaml')).sort();
}

function variantsOf(text: string | undefined): Variant[] {
  return (text?.split(',') ?? []).map((name) => {
    const found = VARIANTS.find((variant) => variant === name.trim());
    if (found === undefined) {
      throw new TableError(`No variant ${name}. There are ${VARIANTS.join(', ')}.`);
    }
    return found;
  });
}

function showOutcome({ name, ok, expected, extra, error, lived, tookMs }: Outcome): void {
  const answers = expected.map(({ what, tookMs: ms, limitMs }) =>
    ms === null ? `${what}: -` : `${what}: ${seconds(ms)} of ${seconds(limitMs)}`,
  );
  const found = answers.length === 0 ? 'nothing expected' : answers.join(', ');
  console.log(
    `${ok ? 'ok  ' : 'FAIL'} ${name}: ${found}  [${seconds(lived)} in ${(tookMs / 1_000).toFixed(1)} s]`,
  );
  if (error !== null) console.log(`       ${error}`);
  for (const { what, wrong } of expected)
    if (wrong !== null) console.log(`       ${what}: ${wrong}`);
  for (const { ms, id, source, cause, state, evidence } of extra) {
    const of = cause === null ? id : `${id}/${cause}`;
    const why = JSON.stringify(evidence);
    console.log(`       not expected: ${of} at ${source}, ${state}, at ${clock(ms)} ${why}`);
  }
}

function showScore(outcomes: readonly Outcome[]): void {
  const score = scoreOf(outcomes);
  console.log(`\n${score.passed} of ${score.scenarios} scenarios as expected.`);
  console.log(
    `Precision ${score.precision.toFixed(3)}, recall ${score.recall.toFixed(3)}: ` +
      `${score.found} of ${score.expected} found in time, ${score.extra} not expected.`,
  );
  for (const { what, count, medianMs, maxMs, worstShare } of score.times) {
    const spread = count === 1 ? '' : `, at most ${seconds(maxMs)}`;
    const used = `${Math.round(100 * worstShare)} % of the time allowed`;
    console.log(`  ${what} (${count}): ${seconds(medianMs)}${spread}; ${used}`);
  }
}
