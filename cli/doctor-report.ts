/** Gets the doctor's report: from the running service, else from what it wrote down last. */
import { z } from 'zod';
import type { DoctorReport } from '../nodes/health/doctor/doctor.ts';
import { keptReport } from '../nodes/health/doctor/kept-report.ts';
import { SolthriveError } from '../nodes/site/errors.ts';
import type { CommandContext } from './command.ts';
import { askRunning } from './faults.ts';
import { mustBeReadable, siteOf } from './records.ts';

/** As much of it as is gone by here; the service that sent it is of this very release. */
const reportSchema = z.looseObject({
  ts: z.string(),
  daylight: z.string(),
  hypotheses: z.array(z.looseObject({ id: z.string(), source: z.string(), verdict: z.string() })),
});

export interface Asked {
  report: DoctorReport;
  /** False where it is what was written down before the service went down. */
  live: boolean;
}

/** @throws SolthriveError `not_running` where nothing was written down either; Refusal */
export async function askDoctor(context: CommandContext): Promise<Asked> {
  try {
    const answer = await askRunning(context, { method: 'GET', path: '/doctor' });
    return { report: reportSchema.parse(answer) as unknown as DoctorReport, live: true };
  } catch (thrown) {
    if (!(thrown instanceof SolthriveError) || thrown.code !== 'not_running') throw thrown;
    const { paths, config } = siteOf(context);
    mustBeReadable(paths.records);
    const report = keptReport(paths.records, config);
    if (report === null) throw thrown;
    return { report, live: false };
  }
}
