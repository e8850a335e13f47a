/** Brings an archive to where the records are, has it taken over there, and tells what came of it. */
import { createReadStream, existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { z } from 'zod';
import { LEVEL_NAMES } from '../nodes/rollup/archive/levels.ts';
import { spool } from '../nodes/rollup/archive/spool.ts';
import { asError, SolthriveError } from '../nodes/site/errors.ts';
import type { CommandContext } from './command.ts';
import { isNotRunning, sendBytes } from './control.ts';
import { runJob } from './records.ts';

const COUNTS = ['added', 'there', 'derived', 'conflicts', 'refused'] as const;
type Count = (typeof COUNTS)[number];

const countSchema = z.object(
  Object.fromEntries(COUNTS.map((name) => [name, z.number()])) as Record<Count, z.ZodNumber>,
);
const reportSchema = z.looseObject({
  applied: z.boolean(),
  created: z.string(),
  product: z.string(),
  timezone: z.string(),
  other_zone: z.boolean(),
  levels: z.object({
    minute: countSchema,
    quarter: countSchema,
    day: countSchema,
    month: countSchema,
  }),
  conflicts: z.array(z.object({ file: z.string(), time: z.string() })),
  refused: z.array(
    z.object({ file: z.string(), line: z.number(), lines: z.number(), reason: z.string() }),
  ),
  configs: z.looseObject({ added: z.array(z.string()) }),
  corrections: z.looseObject({ added: z.array(z.string()), refused: z.array(z.string()) }),
  prices: z.boolean(),
  days: z.number().nullable(),
});

export type ImportReport = z.output<typeof reportSchema>;

/** How many conflicts and refusals are shown one by one. */
const MOST_SHOWN = 10;

/**
 * @param apply  whether it is done, not only looked at
 * @throws Refusal, SolthriveError, the system's errors
 */
export async function importFile(
  context: CommandContext,
  file: string,
  apply: boolean,
): Promise<ImportReport> {
  const spooled = await spoolFile(context, file);
  return reportSchema.parse(await runJob(context, 'import', { spooled, apply }));
}

export function showImport({ out, say }: CommandContext, report: ImportReport): void {
  const { created, product, timezone, configs, corrections } = report;
  out.line(say('archive.from', { created, product, timezone }));
  if (report.other_zone) out.line(out.paint('yellow', say('archive.other_zone')));
  out.table([
    ['', ...COUNTS.map((name) => say(`archive.head.${name}`))],
    ...LEVEL_NAMES.map((level) => [
      say(`archive.level.${level}`),
      ...COUNTS.map((name) => String(report.levels[level][name])),
    ]),
  ]);
  const total = (name: Count) =>
    LEVEL_NAMES.reduce((sum, level) => sum + report.levels[level][name], 0);
  showSome(
    report.conflicts.map((conflict) => ({ text: say('archive.conflict', conflict), lines: 1 })),
    total('conflicts'),
  );
  showSome(
    report.refused.map(({ reason, ...place }) => ({
      text: say(place.lines > 1 ? 'archive.refused_lines' : 'archive.refused', {
        ...place,
        reason: say(`archive.reason.${reason}`),
      }),
      lines: place.lines,
    })),
    total('refused'),
  );
  if (configs.added.length > 0) out.line(say('archive.configs', { count: configs.added.length }));
  if (report.prices) out.line(say('archive.prices'));
  const [added, refused] = [corrections.added.length, corrections.refused.length];
  if (added + refused > 0) out.line(say('archive.corrections', { count: added, refused }));
  if (report.days) out.line(say('archive.remade', { count: report.days }));
  out.line(say(report.applied ? 'archive.done' : 'archive.dry'));

  /** @param count  lines in all; the rest is only counted */
  function showSome(all: { text: string; lines: number }[], count: number): void {
    const shown = all.slice(0, MOST_SHOWN);
    for (const { text } of shown) out.line(`  ${text}`);
    const rest = count - shown.reduce((sum, { lines }) => sum + lines, 0);
    if (rest > 0) out.line(`  ${say('archive.more', { count: rest })}`);
  }
}

/** Through the service while it runs: whoever calls may not write where the records are. */
async function spoolFile({ paths }: CommandContext, file: string): Promise<string> {
  try {
    await access(file, constants.R_OK);
  } catch (thrown) {
    throw new SolthriveError('config_unreadable', { file, what: asError(thrown).message }, thrown);
  }
  try {
    const answer = await sendBytes(paths.run, '/spool', createReadStream(file));
    return z.object({ spooled: z.string() }).parse(answer).spooled;
  } catch (thrown) {
    if (!isNotRunning(thrown)) throw thrown;
  }
  if (!existsSync(paths.data)) throw new SolthriveError('records_none', { folder: paths.data });
  return spool(paths.data, createReadStream(file));
}
