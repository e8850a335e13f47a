/** Shows what the past would be under the wiring and prices of now, applies that, or takes it back. */
import { z } from 'zod';
import { isDate } from '../../nodes/rollup/calendar.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { previewSchema, showPreview } from '../recompute-view.ts';
import { configHashOf, runJob } from '../records.ts';

const listSchema = z.object({
  made: z.array(
    z.object({
      id: z.string(),
      made_at: z.string(),
      from: z.string(),
      to: z.string(),
      config: z.string().nullable(),
      prices: z.boolean(),
    }),
  ),
});
const undoneSchema = z.object({ undone: z.object({ id: z.string() }), days: z.number() });

export const command: Command = {
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    channels: { type: 'boolean' },
    tariff: { type: 'boolean' },
    apply: { type: 'boolean' },
    list: { type: 'boolean' },
    undo: { type: 'string' },
    json: { type: 'boolean' },
  },
  run(context) {
    const { list, undo } = context.options;
    if (list === true) return showMade(context);
    if (typeof undo === 'string') return takeBack(context, undo);
    return recompute(context);
  },
};

async function recompute(context: CommandContext): Promise<number> {
  const { out, say, options } = context;
  const { from, to } = options;
  const wrong = [from, to ?? from].find((date) => typeof date !== 'string' || !isDate(date));
  if (typeof from !== 'string' || wrong !== undefined) {
    const key = from === undefined ? 'recompute.from_missing' : 'recompute.no_date';
    out.error(say(key, { date: String(wrong) }));
    return EXIT.usage;
  }
  if (typeof to === 'string' && from > to) {
    out.error(say('recompute.backwards', { from, to }));
    return EXIT.usage;
  }
  const both = options.channels !== true && options.tariff !== true;
  const answer = await runJob(context, 'recompute', {
    from,
    ...(to !== undefined && { to }),
    channels: both || options.channels === true,
    tariff: both || options.tariff === true,
    apply: options.apply === true,
  });
  const preview = previewSchema.parse(answer);
  if (options.json === true) out.json(preview);
  else showPreview(context, preview);
  if (preview.config !== configHashOf(context)) out.error(say('recompute.not_restarted'));
  return EXIT.well;
}

async function showMade(context: CommandContext): Promise<number> {
  const { out, say, options } = context;
  const { made } = listSchema.parse(await runJob(context, 'recompute', { list: true }));
  if (options.json === true) out.json(made);
  else if (made.length === 0) out.line(say('recompute.none'));
  else
    out.table(
      made.map(({ id, made_at, from, to, config, prices }) => {
        const parts = [...(config ? ['channels'] : []), ...(prices ? ['tariff'] : [])];
        const what = parts.map((part) => say(`recompute.part.${part}`)).join(', ');
        return [id, say('recompute.span', { from, to }), what, say('recompute.made', { made_at })];
      }),
    );
  return EXIT.well;
}

async function takeBack(context: CommandContext, id: string): Promise<number> {
  const { out, say, options } = context;
  const undone = undoneSchema.parse(await runJob(context, 'recompute', { undo: id }));
  if (options.json === true) out.json(undone);
  else out.line(out.paint('green', say('recompute.undone', { id, count: undone.days })));
  return EXIT.well;
}
