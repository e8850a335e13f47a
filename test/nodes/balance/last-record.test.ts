import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checkpoint, readResume } from '../../../nodes/balance/checkpoint.ts';
import type { LedgerState } from '../../../nodes/balance/measured.ts';
import { temporaryFolder } from '../../support/appliance.ts';

const state = (n: number): LedgerState => ({
  n,
  marked_s: n,
  at: 1000 * n,
  totals: { import_kwh: n / 1000 },
  channels: {},
});

describe('the newest record', () => {
  let paths: { run: string; records: string };
  const write = (day: string, ...ns: number[]) => {
    const lines = ns.map((n) => `${JSON.stringify({ v: 1, ledger: state(n) })}\n`);
    writeFileSync(join(paths.records, 'minute', `${day}.jsonl`), lines.join(''));
  };
  beforeEach(() => {
    const folder = temporaryFolder();
    paths = { run: join(folder, 'run'), records: join(folder, 'data') };
    mkdirSync(join(paths.records, 'minute'), { recursive: true });
  });

  it('is found where a clock that was set back has put it', async () => {
    write('2026-06-18', 60, 360);
    write('2026-06-20', 120, 180);
    write('2027-07-01', 240, 300);
    assert.equal((await readResume(paths))?.ledger.n, 360);
  });

  it('is not counted twice after a kill: only what came since is missing', async () => {
    write('2026-06-18', 60, 360);
    write('2026-06-20', 120, 180);
    write('2026-06-21', 240, 300);
    const checkpoint = new Checkpoint(paths);
    checkpoint.keep(state(390));
    await new Promise((resolve) => setImmediate(resolve));
    const resume = await readResume(paths);
    assert.deepEqual([resume?.ledger.n, resume?.unrecorded?.seconds], [390, 30]);
  });
});
