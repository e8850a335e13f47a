/** Walks an installer through the proof at the panel, and leaves a report. The service goes on meanwhile. */
import { isoTime, systemClock } from '../../nodes/site/clock.ts';
import { loadWords } from '../../nodes/site/words.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { reportPage, titleOf } from '../commission/page.ts';
import { Questions } from '../commission/questions.ts';
import { isFailed, lastWords, metersOf, type Report, Reports } from '../commission/report.ts';
import { show, walkThrough } from '../commission/walk.ts';
import { siteOf } from '../records.ts';

const words = loadWords(new URL('../', import.meta.url).href, 'commission');

export const command: Command = {
  options: {
    by: { type: 'string' },
    resume: { type: 'boolean' },
    report: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  run: (context) => (context.options.report === true ? showReport(context) : commission(context)),
};

async function commission(context: CommandContext): Promise<number> {
  const { options, out, env } = context;
  const site = siteOf(context);
  const reports = new Reports(site);
  const last = options.resume === true ? reports.last() : null;
  if (options.resume === true && last === null) {
    out.error(words('none'));
    return EXIT.wrong;
  }
  const by = String(options.by ?? env.SUDO_USER ?? env.USER ?? last?.by ?? '?');
  const report = last ?? reports.begin(site, by, systemClock.now());
  Object.assign(report, { config: site.hash, version: site.version, meters: metersOf(site) });
  const stop = context.interrupted();
  const questions = new Questions(context, stop);
  out.paragraph(words(last ? 'resumed' : 'begun', { id: report.id }));
  if (report.simulated) out.paragraph(out.paint('yellow', words('page.simulated')));
  out.paragraph(words('how'));
  const keep = () => reports.keep(report, reportPage(report, words));
  try {
    const isDone = await walkThrough({
      context,
      site,
      say: words,
      questions,
      report,
      by,
      stop,
      keep,
    });
    if (isDone) report.ended_at = isoTime(systemClock.now());
    if (report.steps.length > 0) keep();
    out.line();
    out.paragraph(words(isDone ? 'done' : 'interrupted'));
    if (report.steps.length > 0) showFiles(context, reports, report);
    return isDone && !isFailed(report) ? EXIT.well : EXIT.wrong;
  } finally {
    questions.end();
  }
}

function showReport(context: CommandContext): number {
  const { options, out } = context;
  const reports = new Reports(siteOf(context));
  const report = reports.last();
  if (report === null) {
    out.error(words('none'));
    return EXIT.wrong;
  }
  if (options.json === true) out.json(report);
  else {
    for (const step of lastWords(report)) {
      out.line(titleOf(step, words));
      show({ context }, step.result, step.text);
    }
    out.line();
    showFiles(context, reports, report);
  }
  return isFailed(report) ? EXIT.wrong : EXIT.well;
}

function showFiles({ out }: CommandContext, reports: Reports, report: Report): void {
  const { json, page } = reports.files(report);
  out.line(words('files', { json, page }));
}
