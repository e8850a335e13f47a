/**
 * A journal that lives a few minutes by a virtual clock and says which of them it knows to be on the
 * disk. Arguments: records folder, id of the start of the machine, `first` or `again`, and `careless`
 * for a disk that never flushes.
 */

import { writeSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Disk, realDisk } from '../../nodes/journal/jsonl.ts';
import { Life } from '../nodes/journal/life.ts';

const [records = '', bootId = '', start = 'first', care = ''] = process.argv.slice(2);

const careless: Disk = {
  async open(file) {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'a');
    return {
      append: (text) => handle.appendFile(text),
      isThere: async () => true,
      close: () => handle.close(),
    };
  },
  remove: realDisk.remove,
};

const say = (line: string) => writeSync(1, `${line}\n`);

/** Three minutes in 1970, then the time: two minutes before midnight, and four more minutes. */
async function first(life: Life): Promise<void> {
  life.start();
  for (let minute = 0; minute < 3; minute++) {
    await life.seconds(60);
    say(`held ${life.holding().length}`);
  }
  life.clock.wallJump(Date.parse('2026-06-21T23:58:00.000Z') - life.clock.now());
  await life.seconds(240);
  await life.stop();
}

const isFirst = start === 'first';
const life = new Life(isFirst ? '1970-01-01T00:00:00.000Z' : '2026-06-22T00:10:00.000Z', {
  records,
  upMs: isFirst ? 5_000 : 1_000_000,
});
life.machine.bootId = bootId;
if (care === 'careless') life.disk = careless;
life.onWritten = (minutes) => {
  for (const { ts, run } of minutes) say(`${ts} ${run}`);
};
if (isFirst) {
  await first(life);
} else {
  life.start();
  await life.seconds(60);
  await life.stop();
}
