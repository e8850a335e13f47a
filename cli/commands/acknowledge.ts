/** Says that somebody has seen a fault and when it is to be looked at again; it stays visible. */
import { z } from 'zod';
import { isoTime, systemClock } from '../../nodes/site/clock.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { activeFaults, askRunning, faultSchema, type ShownFault, showFault } from '../faults.ts';
import { parseUntil } from '../moments.ts';
import { siteOf } from '../records.ts';
import { refuseWord } from '../usage.ts';

const USUAL_TIME = '7d';

export const command: Command = {
  options: { by: { type: 'string' }, until: { type: 'string' }, json: { type: 'boolean' } },
  async run(context) {
    const { options, out, say, env } = context;
    const zone = siteOf(context).config.site.timezone;
    const by = String(options.by ?? env.SUDO_USER ?? env.USER ?? '');
    const text = String(options.until ?? USUAL_TIME);
    const untilMs = parseUntil(text, { zone, nowMs: systemClock.now() });
    if (by === '' || untilMs === null) {
      out.error(say(by === '' ? 'faults.by_missing' : 'faults.until', { text }));
      return EXIT.usage;
    }
    const meant = await findMeant(context);
    if (meant === null) return EXIT.usage;
    const { id, source } = meant;
    const body = { id, source, by, until: isoTime(untilMs) };
    const path = '/faults/acknowledge';
    const answer = await askRunning(context, { method: 'POST', path, body });
    const { fault } = z.object({ fault: faultSchema }).parse(answer);
    if (options.json === true) out.json(fault);
    else showFault(context, fault, zone);
    return EXIT.well;
  },
};

/** Null where it is not clear which fault is meant; the person has been told. */
async function findMeant(context: CommandContext): Promise<ShownFault | null> {
  const { words, out, say } = context;
  const [id = '', source] = words;
  const active = await activeFaults(context);
  const ofId = active.filter((fault) => fault.id === id);
  const meant = ofId.filter((fault) => source === undefined || fault.source === source);
  const [only] = meant;
  if (only && meant.length === 1) return only;
  if (active.length === 0) out.error(say('faults.none'));
  else if (ofId.length === 0) {
    const known = [...new Set(active.map((fault) => fault.id))];
    refuseWord({ out, say, key: 'faults.unknown', word: id, known });
  } else {
    const known = ofId.map((fault) => fault.source);
    refuseWord({ out, say, key: 'faults.source', word: source ?? '', known });
  }
  return null;
}
