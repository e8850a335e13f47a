/** Puts the records into one file. It only reads: the service may run or not. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Exported, exportRecords } from '../../nodes/rollup/archive/export.ts';
import { dateAt, isDate } from '../../nodes/rollup/calendar.ts';
import { systemClock } from '../../nodes/site/clock.ts';
import { asError, SolthriveError } from '../../nodes/site/errors.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { counted } from '../counted.ts';
import { mustBeReadable, siteOf } from '../records.ts';

export const command: Command = {
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    out: { type: 'string' },
    force: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(context) {
    const { options, out, say } = context;
    const wrong = (['from', 'to'] as const).find((name) => dateOf(options[name]) === null);
    if (wrong !== undefined) {
      out.error(say('archive.date', { option: wrong }));
      return EXIT.usage;
    }
    const { from, to } = options;
    if (typeof from === 'string' && typeof to === 'string' && from > to) {
      out.error(say('archive.backwards', { from, to }));
      return EXIT.usage;
    }
    const nowMs = systemClock.now();
    const site = siteOf(context);
    const today = dateAt(nowMs, site.config.site.timezone);
    const file = resolve(String(options.out ?? `solthrive-${today}.tar.gz`));
    if (existsSync(file) && options.force !== true) {
      out.error(say('archive.exists', { file }));
      return EXIT.wrong;
    }
    const exported = await exportTo(file, context);
    if (options.json === true) out.json(exported);
    else {
      const { minute: minutes, quarter: quarters, day: days, month: months } = exported.records;
      const parts = counted(say, { minutes, quarters, days, months });
      out.line(say('archive.exported', { file, ...parts }));
      if (exported.bad > 0) out.line(say('archive.bad', { count: exported.bad }));
    }
    return EXIT.well;

    async function exportTo(file: string, { out, say }: CommandContext): Promise<Exported> {
      const { records, data } = site.paths;
      mustBeReadable(records);
      try {
        return await exportRecords({
          file,
          records,
          data,
          timezone: site.config.site.timezone,
          simulated: site.simulated !== null,
          product: site.version,
          nowMs,
          from: dateOf(options.from) ?? undefined,
          to: dateOf(options.to) ?? undefined,
          progress: (done, of) =>
            out.progress(say('records.progress', { percent: Math.floor((100 * done) / of) })),
        });
      } catch (thrown) {
        if (thrown instanceof SolthriveError) throw thrown;
        throw new SolthriveError('storage_failed', { file, what: asError(thrown).message }, thrown);
      } finally {
        out.progress('');
      }
    }
  },
};

/** Undefined where none was given, null for what is none. */
function dateOf(option: unknown): string | null | undefined {
  if (option === undefined) return undefined;
  return typeof option === 'string' && isDate(option) ? option : null;
}
