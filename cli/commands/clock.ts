/** Says whether the time is known and what waits for it, and takes a person's word that it is right. */
import { z } from 'zod';
import { type ClockDesk, clockReport, confirmClock } from '../../nodes/journal/clock-desk.ts';
import { systemClock } from '../../nodes/site/clock.ts';
import { systemTime } from '../../nodes/site/clock-trust.ts';
import type { Site } from '../../nodes/site/config.ts';
import { spokenLanguage } from '../../nodes/site/words.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { askForLines, isNotRunning, type Question } from '../control.ts';
import { siteOf } from '../records.ts';
import { refuseWord } from '../usage.ts';

const reportSchema = z.object({
  now: z.string(),
  trusted: z.boolean(),
  why: z.string(),
  floor: z.string(),
  held: z.array(
    z.object({
      boot: z.string(),
      minutes: z.number(),
      kwh: z.object({
        solar: z.number(),
        home: z.number(),
        import: z.number(),
        export: z.number(),
      }),
      datable: z.boolean(),
    }),
  ),
});

type Report = z.output<typeof reportSchema>;

export const command: Command = {
  options: { ahead: { type: 'boolean' }, json: { type: 'boolean' } },
  async run(context) {
    const { words, options, out, say } = context;
    const [word] = words;
    if (word !== undefined && word !== 'confirm') {
      return refuseWord({ out, say, key: 'usage.action', word, known: ['confirm'] });
    }
    const site = siteOf(context);
    const ahead = options.ahead === true;
    const report =
      word === undefined
        ? await ask(site, { method: 'GET', path: '/clock' }, clockReport)
        : await ask(site, { method: 'POST', path: '/clock/confirm', body: { ahead } }, (desk) =>
            confirmClock(desk, ahead),
          );
    if (options.json === true) out.json(report);
    else show(context, report, site);
    return report.trusted ? EXIT.well : EXIT.wrong;
  },
};

/** The run folder and the records belong to the service: while it runs, it does it. */
async function ask(
  { paths }: Site,
  question: Question,
  here: (desk: ClockDesk) => Promise<unknown>,
): Promise<Report> {
  try {
    for await (const answer of askForLines(paths.run, question)) return reportSchema.parse(answer);
    throw new Error(`${question.path}: no answer`);
  } catch (thrown) {
    if (!isNotRunning(thrown)) throw thrown;
    const desk = { paths, clock: systemClock, machine: systemTime(paths.run) };
    return reportSchema.parse(await here(desk));
  }
}

function show({ out, say }: CommandContext, report: Report, { config }: Site): void {
  const { timezone } = config.site;
  const { now, trusted, why, held, floor } = report;
  const written = new Intl.DateTimeFormat(spokenLanguage(), {
    dateStyle: 'full',
    timeStyle: 'long',
    timeZone: timezone,
  });
  out.line(say('clock.now', { time: written.format(new Date(now)), timezone, now }));
  out.line(out.paint(trusted ? 'green' : 'yellow', say(`clock.${why}`, { floor })));
  for (const { boot, minutes, kwh, datable } of held) {
    out.line(say(datable ? 'clock.held' : 'clock.undated', { boot, count: minutes, ...kwh }));
  }
  if (!trusted) out.line(say('clock.confirm'));
}
