/** Writes a look at the utility's meter down, and says what has flowed since the one before. */
import { z } from 'zod';
import {
  anchorsOf,
  judgeUtility,
  type UtilityLook,
} from '../../nodes/health/commission/utility.ts';
import { lookOf } from '../../nodes/health/commission/utility-file.ts';
import { isoTime, systemClock } from '../../nodes/site/clock.ts';
import { loadWords } from '../../nodes/site/words.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { collectSeconds } from '../commission/live.ts';
import { Reports } from '../commission/report.ts';
import { askRunning } from '../faults.ts';
import { siteOf } from '../records.ts';

const words = loadWords(new URL('../', import.meta.url).href, 'commission');

const looksSchema = z.object({ looks: z.array(z.unknown()) });

export const command: Command = {
  options: { by: { type: 'string' }, json: { type: 'boolean' } },
  async run(context) {
    const { words: given, options, out, say, env } = context;
    const by = String(options.by ?? env.SUDO_USER ?? env.USER ?? '?');
    const [imported, exported = null] = given.map(kwhOf);
    if (imported === undefined || given.length > 2) {
      out.error(say('utility.missing'));
      return EXIT.usage;
    }
    const wrong = given.find((text) => Number.isNaN(kwhOf(text)));
    if (wrong !== undefined) {
      out.error(words('step.utility.no_number', { text: wrong }));
      return EXIT.usage;
    }
    const before = await knownLooks(context);
    const [second] = await collectSeconds(context, 1);
    if (second?.importKwh == null) {
      out.error(say('utility.no_counter'));
      return EXIT.wrong;
    }
    const look: UtilityLook = {
      ts: isoTime(systemClock.now()),
      by,
      utility: { import_kwh: imported, export_kwh: exported },
      ours: { import_kwh: second.importKwh, export_kwh: second.exportKwh },
    };
    new Reports(siteOf(context)).addLook(look);
    await knownLooks(context);
    return tell(context, anchorsOf(before).at(-1), look);
  },
};

/** Those that are of the site as it is wired; asked for after a new one, the service takes that in. */
async function knownLooks(context: CommandContext): Promise<UtilityLook[]> {
  const answer = await askRunning(context, { method: 'POST', path: '/utility' });
  return looksSchema.parse(answer).looks.flatMap((value) => lookOf(value) ?? []);
}

function tell(context: CommandContext, before: UtilityLook | undefined, look: UtilityLook): number {
  const { options, out, say } = context;
  const verdict = before ? judgeUtility(before, look) : null;
  const reason = verdict?.reason ?? 'utility_first';
  if (options.json === true) out.json({ ...look, result: verdict?.result ?? 'open', reason });
  else if (reason === 'utility_first') out.paragraph(say('utility.first'));
  else if (reason === 'utility_early') out.paragraph(say('utility.early', verdict?.params));
  else out.paragraph(words(`verdict.${reason}`, verdict?.params));
  return verdict?.result === 'fail' ? EXIT.wrong : EXIT.well;
}

/** NaN where it is none; a comma is the decimal sign of most of Europe. */
function kwhOf(text: string): number {
  const kwh = text.trim() === '' ? Number.NaN : Number(text.replace(',', '.'));
  return kwh >= 0 && Number.isFinite(kwh) ? kwh : Number.NaN;
}
