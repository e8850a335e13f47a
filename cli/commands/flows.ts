/** Shows what became of the shipped flows on this site, and restores one of them. */
import { z } from 'zod';
import { SolthriveError } from '../../nodes/site/errors.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { askService, isNotRunning, type Question } from '../control.ts';
import { refuseWord } from '../usage.ts';

const ACTIONS = { list, restore };

const unitsSchema = z.object({
  units: z.array(
    z.object({ id: z.string(), kind: z.string(), label: z.string(), state: z.string() }),
  ),
});
const refusalSchema = z.object({ error: z.object({ message: z.string(), hint: z.string() }) });

type Units = z.output<typeof unitsSchema>['units'];

export const command: Command = {
  options: { all: { type: 'boolean' }, json: { type: 'boolean' } },
  async run(context) {
    const { words, out, say } = context;
    const [action = ''] = words;
    if (Object.hasOwn(ACTIONS, action)) return ACTIONS[action as keyof typeof ACTIONS](context);
    return refuseWord({ out, say, key: 'usage.action', word: action, known: Object.keys(ACTIONS) });
  },
};

async function list(context: CommandContext): Promise<number> {
  const units = await ask(context, { method: 'GET', path: '/flows' });
  return units === null ? EXIT.wrong : show(context, units);
}

async function restore(context: CommandContext): Promise<number> {
  const [, unit = ''] = context.words;
  const units = await ask(context, { method: 'POST', path: '/flows/restore', body: { unit } });
  return units === null ? EXIT.wrong : show(context, units);
}

/** Null when the service refused; it has said why. */
async function ask({ paths, out }: CommandContext, question: Question): Promise<Units | null> {
  try {
    const { status, body } = await askService(paths.run, question);
    if (status === 200) return unitsSchema.parse(body).units;
    const { message, hint } = refusalSchema.parse(body).error;
    out.error(`${message} ${hint}`);
    return null;
  } catch (thrown) {
    throw isNotRunning(thrown) ? new SolthriveError('not_running', { folder: paths.run }) : thrown;
  }
}

/** Config nodes that are as shipped say nothing to anybody; `--all` shows them too. */
function show({ out, say, options }: CommandContext, units: Units): number {
  const shown = units.filter(
    ({ kind, state }) => options.all === true || kind !== 'config' || state !== 'shipped',
  );
  if (options.json === true) out.json(shown);
  else out.table(shown.map(({ id, label, state }) => [id, label, say(`flows.state.${state}`)]));
  return EXIT.well;
}
