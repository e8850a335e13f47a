/**
 * The journal as it is, by the machine's own clocks, while its wall clock is set: a tick every 20 ms
 * stands for a second. Arguments: records folder, root folder of the machine's facts, the file that
 * sets the clock, and what is written into it before each part (seconds from the real time).
 */
import { writeFileSync, writeSync } from 'node:fs';
import { type ClockState, Filing } from '../../nodes/journal/filing.ts';
import { MinuteBuilder } from '../../nodes/journal/minute-builder.ts';
import { MinuteStore } from '../../nodes/journal/minute-store.ts';
import { isoTime, pause, systemClock } from '../../nodes/site/clock.ts';
import { systemTime } from '../../nodes/site/clock-trust.ts';
import { measuredSecond, snapshotAt } from '../nodes/journal/samples.ts';

const [records = '', root = '', setting = '', ...offsets] = process.argv.slice(2);
const TICK_MS = 20;
const TICKS = 25;
const states: ClockState[] = [];
const store = new MinuteStore({
  records,
  clock: systemClock,
  onWritten: () => undefined,
  onState: ({ error }) => error && writeSync(2, `${error.message}\n`),
});
const filing = new Filing({
  records,
  clock: systemClock,
  machine: systemTime(root, root),
  store,
  onClock: (state) => states.push(state),
});
const builder = new MinuteBuilder('abc');
const run = `r${process.pid}`;
const seen: string[] = [];
let seconds = 0;
for (const offset of offsets) {
  writeFileSync(setting, offset);
  seen.push(isoTime(systemClock.now()).slice(0, 4));
  for (let tick = 0; tick < TICKS; tick++) {
    await pause(systemClock, TICK_MS);
    seconds += 1;
    const ms = systemClock.now();
    filing.second(ms);
    const minutes = builder.take(snapshotAt(ms, { run }), measuredSecond());
    if (minutes.length > 0) await filing.take(minutes);
  }
}
const open = builder.cut();
await filing.take(open ? [open] : []);
await store.close();
writeSync(
  1,
  `${JSON.stringify({ seconds, seen, trusted: states.map(({ trusted }) => trusted) })}\n`,
);
