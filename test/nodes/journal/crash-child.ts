/**
 * A journal that lives its seconds as fast as it can, until it is killed. Argument: records folder,
 * run id, first second (ms). Prints each minute once the journal says that it is on disk.
 */
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { MinuteBuilder } from '../../../nodes/journal/minute-builder.ts';
import { MinuteStore } from '../../../nodes/journal/minute-store.ts';
import { systemClock } from '../../../nodes/site/clock.ts';
import { measuredSecond, snapshotAt } from './samples.ts';

// Who is killed keeps nothing for the next one.
flushCompileCache();
const [records = '', run = '', from = ''] = process.argv.slice(2);
const builder = new MinuteBuilder('abc');
const store = new MinuteStore({
  records,
  clock: systemClock,
  onWritten: (minutes) => {
    for (const { ts } of minutes) writeSync(1, `${ts}\n`);
  },
  onState: ({ error }) => error && writeSync(2, `${error.message}\n`),
});
for (let ms = Number(from) + 1000; ; ms += 1000) {
  const minutes = builder.take(snapshotAt(ms, { run }), measuredSecond());
  if (minutes.length > 0) await store.add(minutes);
}
