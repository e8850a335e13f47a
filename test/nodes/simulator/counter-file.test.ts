import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommand } from '../../../nodes/simulator/commands.ts';
import { recallCounters, rememberCounters } from '../../../nodes/simulator/counter-file.ts';
import { zeroCounters } from '../../../nodes/simulator/counters.ts';
import { FaultBoard } from '../../../nodes/simulator/faults.ts';
import { SOUND } from '../../../nodes/simulator/measuring.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('memory of the simulated meter', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'solthrive-counters-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('keeps every wrong wire over a restart', async () => {
    const board = new FaultBoard(new VirtualClock(), () => {});
    for (const command of [
      { fault: 'ct_reversed', phases: ['l1'] },
      { fault: 'ct_unplugged', phases: ['l2'] },
      { fault: 'voltage_lost', phases: ['l3'] },
      { fault: 'ct_swapped', phases: ['l1', 'l2'] },
      { fault: 'ct_rotated', steps: 2 },
      { fault: 'ct_on_leg', phases: ['l1'], leg: 'l2' },
      { fault: 'ct_ratio', phases: ['l1'], factor: 0.025 },
      { fault: 'gain_noise' },
      { fault: 'reference_swapped' },
    ]) {
      board.apply(parseCommand(command));
    }
    const standing = { ms: 1_000, counters: zeroCounters(), faults: board.wiring() };
    await rememberCounters(join(folder, 'all.json'), standing);
    assert.deepEqual(await recallCounters(join(folder, 'all.json')), standing);
  });

  it('reads what an older release remembered', async () => {
    const energy = { importKwh: 1, exportKwh: 2 };
    const counters = { l1: energy, l2: energy, l3: energy, total: energy };
    const faults = { voltageLost: [], unplugged: [], reversed: ['l2'], swapped: [] };
    const old = JSON.stringify({ v: 1, ms: 5, counters, faults });
    await writeFile(join(folder, 'old.json'), old);
    const recalled = await recallCounters(join(folder, 'old.json'));
    assert.deepEqual(recalled, {
      ms: 5,
      counters,
      faults: { ...SOUND, reversed: new Set(['l2']) },
    });
  });

  it('takes a damaged file for none', async () => {
    await writeFile(join(folder, 'torn.json'), '{"v":1,"ms":');
    assert.equal(await recallCounters(join(folder, 'torn.json')), null);
  });
});
