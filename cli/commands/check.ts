/** Runs checks of one kind and says how each went; the exit code tells scripts. */
import { systemClock } from '../../nodes/site/clock.ts';
import { asError } from '../../nodes/site/errors.ts';
import { peekSite } from '../../nodes/site/load.ts';
import { loadWords } from '../../nodes/site/words.ts';
import { checkBench } from '../check-bench.ts';
import { checkField } from '../check-field.ts';
import type { ToldCheck } from '../check-told.ts';
import { CHECKS, type CheckResult } from '../checks.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import type { Colour } from '../output.ts';

const sayChecks = loadWords(new URL('../', import.meta.url).href, 'checks');

const SIGNS = {
  pass: ['green', '✓'],
  warn: ['yellow', '!'],
  fail: ['red', '✗'],
  not_applicable: ['dim', '–'],
} as const satisfies Record<CheckResult['state'], [Colour, string]>;

/** What a site that runs needs beside what only the running service can tell. */
const ALSO_IN_THE_FIELD = ['configuration', 'profiles', 'folders', 'token', 'disk', 'clock'];

export const command: Command = {
  options: { bench: { type: 'boolean' }, field: { type: 'boolean' }, json: { type: 'boolean' } },
  async run(context) {
    const { options, out, say } = context;
    if (options.bench === true && options.field === true) {
      out.error(say('check.one'));
      return EXIT.usage;
    }
    const told = await checksOf(context);
    if (options.json === true) out.json(told.map(({ title: _, ...each }) => each));
    else {
      out.table(
        told.flatMap(({ title, state, reason }) => {
          const [colour, sign] = SIGNS[state];
          const head = [out.paint(colour, sign), title];
          return reason.split('\n').map((line, row) => [...(row === 0 ? head : ['', '']), line]);
        }),
      );
    }
    return told.some(({ state }) => state === 'fail') ? EXIT.wrong : EXIT.well;
  },
};

async function checksOf(context: CommandContext): Promise<ToldCheck[]> {
  const { options, out } = context;
  if (options.bench === true) {
    const results = await checkBench((what) => out.progress(sayChecks('at_work', { what })));
    out.progress('');
    return results;
  }
  const besides = await runChecks(context);
  if (options.field !== true) return besides;
  const field = await checkField(context);
  return [...besides.filter(({ name }) => ALSO_IN_THE_FIELD.includes(name)), ...field];
}

async function runChecks({ paths, env, mode, say }: CommandContext): Promise<ToldCheck[]> {
  const checked = { site: peekSite({ paths, env }), mode, nowMs: systemClock.now() };
  return Promise.all(
    Object.entries(CHECKS).map(async ([name, check]): Promise<ToldCheck> => {
      const title = say(`check.${name}.title`);
      try {
        const { state, reason, params } = await check(checked);
        return { name, title, state, reason: say(`check.${name}.${reason}`, params) };
      } catch (thrown) {
        // A check that cannot be made must not take the others away.
        const params = { what: asError(thrown).message };
        return { name, title, state: 'fail', reason: say('check.impossible', params) };
      }
    }),
  );
}
