/** Lists what is wrong now, or what was wrong before; the exit code tells scripts whether anything is. */
import { type FaultLine, readFaultLog } from '../../nodes/health/book/lines.ts';
import { systemClock } from '../../nodes/site/clock.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { activeFaults, showFault } from '../faults.ts';
import { formatMoment, parseSince } from '../moments.ts';
import { mustBeReadable, siteOf } from '../records.ts';

export const command: Command = {
  options: { history: { type: 'boolean' }, since: { type: 'string' }, json: { type: 'boolean' } },
  run: (context) => (context.options.history === true ? history(context) : active(context)),
};

async function active(context: CommandContext): Promise<number> {
  const { options, out, say } = context;
  const faults = await activeFaults(context);
  const { timezone } = siteOf(context).config.site;
  if (options.json === true) out.json(faults);
  else if (faults.length === 0) out.line(out.paint('green', say('faults.none')));
  else for (const fault of faults) showFault(context, fault, timezone);
  return faults.length === 0 ? EXIT.well : EXIT.wrong;
}

/** From the file, whether the service runs or not. */
async function history(context: CommandContext): Promise<number> {
  const { options, out, say } = context;
  const { config, paths } = siteOf(context);
  const zone = config.site.timezone;
  const sinceMs =
    options.since === undefined
      ? 0
      : parseSince(String(options.since), { zone, nowMs: systemClock.now() });
  if (sinceMs === null) {
    out.error(say('logs.since', { text: String(options.since) }));
    return EXIT.usage;
  }
  mustBeReadable(paths.records);
  const since = new Date(sinceMs).toISOString();
  const lines = await readFaultLog(paths.records, { since });
  if (options.json === true) out.json(lines);
  else if (lines.length === 0) out.line(say('faults.no_history'));
  else out.table(lines.map((line) => rowOf(context, line, zone)));
  return EXIT.well;
}

function rowOf({ out, say }: CommandContext, { ts, change, fault }: FaultLine, zone: string) {
  const { id, source, state, message, acknowledged } = fault;
  const by = acknowledged?.by ?? '';
  const what = say(`faults.change.${change === 'raise' ? state : change}`, { by });
  return [out.paint('dim', formatMoment(ts, zone)), what, id, source, message];
}
