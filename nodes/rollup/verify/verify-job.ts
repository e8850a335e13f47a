/** Looks at all records, and whether each level is what the one below makes of it. Changes nothing. */
import { readPrices } from '../correct/corrections.ts';
import { readPastView } from '../correct/past-view.ts';
import { recordDisk } from '../files/store.ts';
import { TrialDisk } from '../files/trial-disk.ts';
import type { Job, JobContext } from '../jobs.ts';
import { type Kept, reconcile } from '../reconcile/reconcile.ts';
import { type Finding, finding } from './verify-file.ts';
import { type FilesReport, verifyFiles } from './verify-files.ts';
import { compareDisks } from './verify-sums.ts';

/** A damaged card may have a million lines that say the same. */
const MOST_TOLD = 500;

/** So long a record may take to be written after its time has ended. */
const ON_ITS_WAY_MS = 120_000;

export interface Verified extends FilesReport {
  /** False where there is a fault; notes are none. */
  well: boolean;
  /** Findings that were left out of the list. */
  untold: number;
}

export const verify: Job = async (context): Promise<Verified> => {
  const { progress } = context;
  const report = await verifyFiles(context, (done, of) => progress(done, 2 * of));
  const seen = report.findings.some(({ code }) => BLINDING.includes(code));
  const sums = seen ? [] : await verifySums(context);
  const findings = [...report.findings, ...sums];
  return {
    ...report,
    well: findings.every(({ level }) => level === 'note'),
    findings: findings.slice(0, MOST_TOLD),
    untold: Math.max(0, findings.length - MOST_TOLD),
  };
};

/** Without these nobody knows what the sums should be. */
const BLINDING: readonly Finding['code'][] = [
  'corrections_damaged',
  'prices_damaged',
  'unreadable',
];

async function verifySums(context: JobContext): Promise<Finding[]> {
  const { records, clock, progress } = context;
  const wanted = new TrialDisk();
  const { kept } = await reconcile({
    ...context,
    disk: wanted,
    instead: { view: readPastView(context), book: readPrices(records) },
    progress: (done, of) => progress(of + done, 2 * of),
  });
  const endedMs = clock.now() - ON_ITS_WAY_MS;
  const differences = await compareDisks({ records, real: recordDisk, wanted, endedMs });
  return [...keptFindings(kept), ...differences];
}

/** Where finer records have lost something, whether or not their files show it: a day of it is one. */
function keptFindings({ quarters, days, months }: Kept): Finding[] {
  const byDay = Map.groupBy(quarters.toSorted(), (ts) => ts.slice(0, 10));
  return [
    ...[...byDay].map(([day, starts]) =>
      finding('kept', `quarter/${day.slice(0, 7)}.jsonl`, { what: `${day} (${starts.length})` }),
    ),
    ...days.map((date) => finding('kept', `day/${date.slice(0, 4)}.jsonl`, { what: date })),
    ...months.map((month) => finding('kept', 'month.jsonl', { what: month })),
  ];
}
