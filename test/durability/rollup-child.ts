/**
 * A night of the rollup. Arguments: records folder, and `careless` for a disk that never flushes and
 * renames what it has not flushed.
 */
import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type RecordDisk, recordDisk } from '../../nodes/rollup/files/store.ts';
import { night } from './rollup-home.ts';

const [records = '', care = ''] = process.argv.slice(2);

const careless: RecordDisk = {
  ...recordDisk,
  async append(file, text) {
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, text);
  },
  async replace(file, bytes) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.tmp`, bytes);
    await rename(`${file}.tmp`, file);
  },
};

await night(records, care === 'careless' ? careless : undefined);
