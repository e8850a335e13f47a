/**
 * A journal that lives a few minutes by a virtual clock and says which of them it knows to be on the
 * disk. Arguments: records folder, id of the start of the machine, and `careless` for a disk that never
 * flushes.
 */

import { writeSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Disk, realDisk } from '../../nodes/site/jsonl.ts';
import { Life } from '../nodes/journal/life.ts';

const [records = '', bootId = '', care = ''] = process.argv.slice(2);

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

// Three minutes in 1970, then the time: two minutes before midnight, and four more minutes.
const life = new Life('1970-01-01T00:00:00.000Z', { records, upMs: 5_000 });
life.machine.bootId = bootId;
if (care === 'careless') life.disk = careless;
life.onWritten = (minutes) => {
  for (const { ts, run } of minutes) say(`${ts} ${run}`);
};
life.start();
for (let minute = 1; minute <= 3; minute++) {
  await life.seconds(60);
  say(`held ${minute}`);
}
life.clock.wallJump(Date.parse('2026-06-21T23:58:00.000Z') - life.clock.now());
await life.seconds(240);
await life.stop();
