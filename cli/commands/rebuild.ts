/** Makes the records above the minute anew from the finest ones there are. */
import { z } from 'zod';
import { type Command, EXIT } from '../command.ts';
import { counted } from '../counted.ts';
import { runJob } from '../records.ts';

const reportSchema = z.object({
  quarters: z.number(),
  days: z.array(z.string()),
  months: z.array(z.string()),
});

export const command: Command = {
  options: { json: { type: 'boolean' } },
  async run(context) {
    const { out, say, options } = context;
    const report = reportSchema.parse(await runJob(context, 'rebuild', null));
    const { quarters, days, months } = report;
    if (options.json === true) {
      out.json(report);
    } else if (quarters + days.length + months.length === 0) {
      out.line(out.paint('green', say('rebuild.same')));
    } else {
      const counts = { quarters, days: days.length, months: months.length };
      out.line(say('rebuild.changed', counted(say, counts)));
      for (const name of [...days, ...months]) out.line(`  ${name}`);
    }
    return EXIT.well;
  },
};
