/**
 * A store that writes three minutes under what its caller does to it, and tells as a line of JSON how
 * that went. Arguments: records folder; `retry` (a minute passes in between), `files` (no file can be
 * opened for the second), `slow` (how late a beat of 20 ms came meanwhile).
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { MinuteStore, type StorageState } from '../../nodes/journal/minute-store.ts';
import { minuteAt } from '../nodes/journal/samples.ts';
import { settle, VirtualClock } from '../support/virtual-clock.ts';

const [records = '', task = ''] = process.argv.slice(2);
const BEAT_MS = 20;
const clock = new VirtualClock('2026-06-21T22:00:00.000Z');
const states: StorageState[] = [];
const store = new MinuteStore({
  records,
  clock,
  onWritten: () => undefined,
  onState: (state) => states.push(state),
});
/** The second is of another day, so that a file has to be opened. */
const add = (time: string) => store.add([minuteAt(`2026-06-${time}:00.000Z`)]);

function openAll(): number[] {
  const handles: number[] = [];
  try {
    for (;;) handles.push(openSync('/dev/null', 'r'));
  } catch {
    return handles;
  }
}

let dueMs = performance.now() + BEAT_MS;
let latestMs = 0;
const beat = setInterval(() => {
  const nowMs = performance.now();
  latestMs = Math.max(latestMs, nowMs - dueMs);
  dueMs = nowMs + BEAT_MS;
}, BEAT_MS);

const startMs = performance.now();
await add('21T22:00');
const open = task === 'files' ? openAll() : [];
await add('22T00:00');
for (const handle of open) closeSync(handle);
await clock.advance(60_000);
while (store.waiting > 0) await settle();
await add('22T00:01');
const addMs = performance.now() - startMs;
clearInterval(beat);
await store.close();
const error = states.map((state) => state.error?.message ?? '').join(' ');
writeSync(1, `${JSON.stringify({ oks: states.map(({ ok }) => ok), error, addMs, latestMs })}\n`);
