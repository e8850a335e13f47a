/** A few days of records on a disk, before and after a night of the rollup. */

import { reconcile } from '../../nodes/rollup/reconcile/reconcile.ts';
import { maintain, type RetentionTask } from '../../nodes/rollup/reconcile/retention.ts';
import { goodMinute } from '../nodes/rollup/minutes-of.ts';
import { clockAt, writeMinutes, zoneSite } from '../nodes/rollup/records-home.ts';

const TARIFF = {
  id: 't',
  valid_from: '2026-01-01',
  currency: 'USD',
  periods: [{ id: 'all', rate: 0.3 }],
};
const EVENING = '2026-05-31T00:20:00Z';
const NOON = '2026-06-02T12:00:00Z';
const HOUR_MS = 3_600_000;

function taskAt(records: string, now: string): RetentionTask {
  const more = { retention: { minute_days: 2 }, tariffs: [TARIFF] };
  return { records, data: records, clock: clockAt(now), config: zoneSite('UTC', more) };
}

/** A minute every three hours: as many files as real days have, and not as many lines. */
export function minutesOf(day: string) {
  const startMs = Date.parse(`${day}T00:00:00Z`);
  return Array.from({ length: 8 }, (_, n) => goodMinute(startMs + n * 3 * HOUR_MS));
}

export const DAYS = ['2026-05-29', '2026-05-30', '2026-05-31', '2026-06-01'];

/** Two days that are rolled up, and two that the journal has written since. */
export async function prepareRecords(records: string): Promise<void> {
  const [first = '', second = '', ...others] = DAYS;
  for (const day of [first, second]) writeMinutes(records, minutesOf(day));
  await reconcile({ ...taskAt(records, EVENING), trusted: true });
  for (const day of others) writeMinutes(records, minutesOf(day));
}

/** Quarter hours, days and a month are added, minutes packed, and the oldest of them removed. */
export async function night(records: string, disk?: RetentionTask['disk']): Promise<void> {
  const task = { ...taskAt(records, NOON), ...(disk && { disk }) };
  await reconcile({ ...task, trusted: true });
  while ((await maintain(task)).length > 0);
}
