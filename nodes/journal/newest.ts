/** When the newest record that has a date was written: no clock is right that says less. */
import { lastRecorded } from '../balance/last-record.ts';
import { asMinute } from './minutes.ts';

/** ms; null where nothing is recorded. Never rejects. */
export async function newestRecordMs(records: string): Promise<number | null> {
  const last = await lastRecorded(records, (line) => asMinute(parsed(line))?.ledger ?? null);
  return last?.at ?? null;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
