/** Checks every file of the records and the sums between their levels, and says what helps. */
import { z } from 'zod';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { counted } from '../counted.ts';
import { runJob } from '../records.ts';

const reportSchema = z.object({
  well: z.boolean(),
  files: z.number(),
  records: z.object({
    minute: z.number(),
    quarter: z.number(),
    day: z.number(),
    month: z.number(),
  }),
  findings: z.array(
    z.object({
      code: z.string(),
      level: z.enum(['fault', 'note']),
      file: z.string(),
      line: z.number().optional(),
      what: z.string().optional(),
    }),
  ),
  untold: z.number(),
});

type Report = z.output<typeof reportSchema>;

/** How many findings of a kind are shown one by one. */
const MOST_SHOWN = 10;

export const command: Command = {
  options: { json: { type: 'boolean' } },
  async run(context) {
    const report = reportSchema.parse(await runJob(context, 'verify', null));
    if (context.options.json === true) context.out.json(report);
    else show(context, report);
    return report.well ? EXIT.well : EXIT.wrong;
  },
};

/** Findings of one kind together: what they are, what that means, and what helps is said once. */
function show({ out, say }: CommandContext, report: Report): void {
  const kinds = Map.groupBy(report.findings, wordsOf);
  for (const [words, findings] of kinds) {
    const colour = findings[0]?.level === 'fault' ? 'red' : 'yellow';
    out.line(out.paint(colour, say(`verify.finding.${words}.what`)));
    out.line(`  ${say(`verify.finding.${words}.means`)}`);
    for (const { file, line, what = '' } of findings.slice(0, MOST_SHOWN)) {
      out.line(`    ${line === undefined ? file : `${file}:${line}`}  ${what}`.trimEnd());
    }
    const more = findings.length - MOST_SHOWN;
    if (more > 0) out.line(`    ${say('verify.more', { count: more })}`);
    out.line();
  }
  if (report.untold > 0) out.line(say('verify.untold', { count: report.untold }));
  const { files, records } = report;
  const { minute: minutes, quarter: quarters, day: days, month: months } = records;
  out.line(say('verify.read', counted(say, { files, minutes, quarters, days, months })));
  const verdict = report.well ? 'well' : 'wrong';
  out.line(out.paint(report.well ? 'green' : 'red', say(`verify.${verdict}`)));
}

/** A minute is the finest there is: what is lost there cannot be made again. */
function wordsOf({ code, file }: Report['findings'][number]): string {
  const lasting = ['bad_line', 'wrong_file', 'packed_damaged'].includes(code);
  return lasting && file.startsWith('minute/') ? `${code}_minute` : code;
}
