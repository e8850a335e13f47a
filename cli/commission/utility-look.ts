/** Reads the utility's meter with the installer's eyes, and compares it with the look before. */
import { judgeUtility, type UtilityLook } from '../../nodes/health/commission/utility.ts';
import { undecided, type Verdict } from '../../nodes/health/commission/verdict.ts';
import { isoTime, systemClock } from '../../nodes/site/clock.ts';
import { askRunning } from '../faults.ts';
import { collectSeconds } from './live.ts';
import { Reports } from './report.ts';
import type { Walk } from './walk.ts';

/** @returns null where no answer comes any more */
export async function compareUtility(walk: Walk): Promise<Verdict | null> {
  const { context, say, report, by, site } = walk;
  const [before] = report.looks;
  const key = before ? 'again' : 'what';
  context.out.paragraph(say(`step.utility.${key}`), 2);
  const imported = await askKwh(walk, 'step.utility.import');
  if (imported === null) return null;
  if (imported === '') return undecided('utility_not_read', []);
  const exported = await askKwh(walk, 'step.utility.export');
  if (exported === null) return null;
  const [second] = await collectSeconds(context, 1, walk.stop);
  if (second?.importKwh == null) return undecided('utility_no_counter', []);
  const look: UtilityLook = {
    ts: isoTime(systemClock.now()),
    by,
    utility: { import_kwh: imported, export_kwh: exported === '' ? null : exported },
    ours: { import_kwh: second.importKwh, export_kwh: second.exportKwh },
  };
  report.looks.push(look);
  new Reports(site).addLook(look);
  // The doctor looks by himself within an hour; this tells him now.
  await askRunning(context, { method: 'POST', path: '/utility' });
  if (before) return judgeUtility(before, look);
  return undecided('utility_first', [
    { where: 'utility', what: 'import_kwh', value: imported, unit: 'kWh' },
    { where: 'site', what: 'import_kwh', value: second.importKwh, unit: 'kWh' },
  ]);
}

/** '' where the line is left empty. */
async function askKwh({ questions, say }: Walk, key: string): Promise<number | '' | null> {
  for (;;) {
    const typed = await questions.ask(say(key));
    if (typed === null || typed === 'q') return null;
    if (typed === '') return '';
    // A comma is the decimal sign of most of Europe.
    const kwh = Number(typed.replace(',', '.'));
    if (Number.isFinite(kwh) && kwh >= 0) return kwh;
    questions.tell(say('step.utility.no_number', { text: typed }));
  }
}
