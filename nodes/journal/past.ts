/** Takes in the past of a simulated home, where the journal has none of its own. */
import { SolthriveError, sayWhat } from '../site/errors.ts';
import type { MinuteRecord } from './minute.ts';
import { asMinute, readMinutes } from './minutes.ts';

const MINUTE_MS = 60_000;

/**
 * A batch of minutes for a stretch of time of which nothing is recorded; empty where something is.
 * Every record of it is marked as simulated.
 * @throws SolthriveError `message_invalid`
 */
export async function acceptPast(records: string, payload: unknown): Promise<MinuteRecord[]> {
  const batch = parseBatch(payload);
  const first = batch[0];
  const last = batch.at(-1);
  if (!first || !last) return [];
  const stretch = { fromMs: Date.parse(first.ts), toMs: Date.parse(last.ts) + MINUTE_MS };
  const { minutes } = await readMinutes(records, stretch);
  return minutes.length > 0 ? [] : batch;
}

function parseBatch(payload: unknown): MinuteRecord[] {
  const list = Array.isArray(payload) ? payload : [payload];
  const batch = list.map((value, index) => {
    const record = asMinute(value);
    if (record) return { ...record, simulated: true as const };
    const what = sayWhat('message.record', { index });
    throw new SolthriveError('message_invalid', { kind: 'minute', what });
  });
  return batch.sort((a, b) => (a.ts < b.ts ? -1 : 1));
}
