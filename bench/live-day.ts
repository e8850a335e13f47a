/**
 * Lives the day after the year on a clock that nobody waits for: minutes go through the journal's
 * store and the rollup to the real disk, as they do on an appliance. The day itself lies between two
 * writes to the file `mark`. Prints what the kernel counted as JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MinuteRecord } from '../nodes/journal/minute.ts';
import { MinuteStore } from '../nodes/journal/minute-store.ts';
import { Rollup } from '../nodes/rollup/live.ts';
import { isoTime } from '../nodes/site/clock.ts';
import { VirtualClock } from '../test/support/virtual-clock.ts';
import { AFTER_THE_YEAR_MS, minutesOf, site } from './year-of-records.ts';

export interface LiveDay {
  /** Of whole pages of memory that had to go to the disk. */
  pageBytes: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const [records = '', mark = ''] = process.argv.slice(2);
const clock = new VirtualClock(isoTime(AFTER_THE_YEAR_MS));
const failed = (state: { ok: boolean }) => {
  if (!state.ok) throw new Error(JSON.stringify(state));
};
const rollup = new Rollup({
  site: { records, data: records, config: site },
  clock,
  trusted: async () => true,
  onNews: () => undefined,
  onState: failed,
});
let taken = Promise.resolve();
const store = new MinuteStore({
  records,
  clock,
  onWritten: (minutes) => {
    taken = rollup.take(minutes);
  },
  onState: failed,
});

const [morning, day] = halves();
await store.add(morning);
await rollup.start();
writeFileSync(mark, 'the day begins');
const before = pageBytes();
for (const minute of day) {
  await clock.advance(Date.parse(minute.ts) + MINUTE_MS - clock.now());
  await store.add([minute]);
  await taken;
}
const written: LiveDay = { pageBytes: pageBytes() - before };
writeFileSync(mark, 'the day ends');
await store.close();
await rollup.close();
console.log(JSON.stringify(written));

/** What is on record as the day begins, and the 24 hours from then on. */
function halves(): [before: MinuteRecord[], after: MinuteRecord[]] {
  const minutes = [AFTER_THE_YEAR_MS, AFTER_THE_YEAR_MS + DAY_MS].flatMap((ms) =>
    minutesOf(isoTime(ms).slice(0, 10)),
  );
  const since = (ms: number) => minutes.filter(({ ts }) => Date.parse(ts) >= ms);
  const [all, later] = [since(AFTER_THE_YEAR_MS), since(AFTER_THE_YEAR_MS + DAY_MS)];
  return [minutes.slice(0, minutes.length - all.length), all.slice(0, all.length - later.length)];
}

function pageBytes(): number {
  const io = readFileSync(join('/proc', String(process.pid), 'io'), 'utf8');
  return Number(/^write_bytes: (\d+)/m.exec(io)?.[1] ?? Number.NaN);
}
