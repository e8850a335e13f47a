/** What the doctor thought when the service last wrote its evidence down: all that is known while it is down. */
import { statSync } from 'node:fs';
import { isoTime } from '../../site/clock.ts';
import type { SiteConfig } from '../../site/schema.ts';
import { Doctor, type DoctorReport } from './doctor.ts';
import { EvidenceStore, evidenceFile } from './evidence-store.ts';
import { rulesOf } from './rules.ts';

/**
 * Null where nothing has been written down.
 * @param records  the site's records folder
 */
export function keptReport(records: string, config: SiteConfig): DoctorReport | null {
  const kept = new EvidenceStore(records, config).read();
  if (kept === null) return null;
  const doctor = new Doctor({ rules: rulesOf({ config }), outage: () => [] });
  doctor.restore(kept.evidence.rules);
  for (const channel of kept.forget) doctor.forget(channel);
  return doctor.report(isoTime(statSync(evidenceFile(records)).mtimeMs));
}
