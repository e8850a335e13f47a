/** Runs all checks and says how each went; the exit code tells scripts. */
import { systemClock } from '../../nodes/site/clock.ts';
import { asError } from '../../nodes/site/errors.ts';
import { peekSite } from '../../nodes/site/load.ts';
import { CHECKS, type CheckResult } from '../checks.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import type { Colour } from '../output.ts';

const SIGNS = {
  pass: ['green', '✓'],
  warn: ['yellow', '!'],
  fail: ['red', '✗'],
  not_applicable: ['dim', '–'],
} as const satisfies Record<CheckResult['state'], [Colour, string]>;

export const command: Command = {
  options: { json: { type: 'boolean' } },
  async run(context) {
    const { options, out, say } = context;
    const results = await runChecks(context);
    const told = results.map(({ name, state, reason, params }) => ({
      name,
      state,
      reason: say(`check.${reason}`, params),
    }));
    if (options.json === true) {
      out.json(told);
    } else {
      out.table(
        told.flatMap(({ name, state, reason }) => {
          const [colour, sign] = SIGNS[state];
          const head = [out.paint(colour, sign), say(`check.${name}.title`)];
          return reason.split('\n').map((line, row) => [...(row === 0 ? head : ['', '']), line]);
        }),
      );
    }
    return results.some(({ state }) => state === 'fail') ? EXIT.wrong : EXIT.well;
  },
};

type NamedResult = CheckResult & { name: string };

async function runChecks({ paths, env, mode }: CommandContext): Promise<NamedResult[]> {
  const checked = { site: peekSite({ paths, env }), mode, nowMs: systemClock.now() };
  return Promise.all(
    Object.entries(CHECKS).map(async ([name, check]): Promise<NamedResult> => {
      try {
        const result = await check(checked);
        return { name, ...result, reason: `${name}.${result.reason}` };
      } catch (thrown) {
        // A check that cannot be made must not take the others away.
        const params = { what: asError(thrown).message };
        return { name, state: 'fail', reason: 'impossible', params };
      }
    }),
  );
}
