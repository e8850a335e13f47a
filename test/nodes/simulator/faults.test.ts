import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FAULTS, parseCommand } from '../../../nodes/simulator/commands.ts';
import { FaultBoard } from '../../../nodes/simulator/faults.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('commands of the simulated meter', () => {
  it('are understood, with their defaults', () => {
    assert.deepEqual(parseCommand({ fault: 'late_reply', seconds: 3 }), {
      fault: 'late_reply',
      ms: 1_500,
      seconds: 3,
    });
    assert.deepEqual(parseCommand({ clear: 'silence' }), { clear: 'silence' });
  });

  it('are refused with what is allowed', () => {
    for (const wrong of [
      null,
      'silence',
      {},
      { fault: 'earthquake' },
      { fault: 'ct_reversed' },
      { fault: 'ct_reversed', phases: ['l4'] },
      { fault: 'ct_swapped', phases: ['l1'] },
      { fault: 'silence', seconds: -1 },
      { fault: 'silence', minutes: 1 },
      { clear: 'none' },
      { fault: 'ct_ratio', phases: ['l1'] },
      { fault: 'ct_ratio', phases: ['l1'], factor: 0 },
      { fault: 'ct_rotated', steps: 3 },
      { fault: 'lost_frames', percent: 101 },
    ]) {
      assert.throws(
        () => parseCommand(wrong),
        (thrown: Error & { code?: string }) =>
          thrown.code === 'message_invalid' &&
          FAULTS.every((name) => thrown.message.includes(name)),
        JSON.stringify(wrong),
      );
    }
  });

  it('never throw anything else, whatever arrives', () => {
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        try {
          parseCommand(payload);
        } catch (thrown) {
          assert.equal((thrown as { code?: string }).code, 'message_invalid');
        }
      }),
    );
  });
});

describe('fault board', () => {
  let clock: VirtualClock;
  let changes: number;
  let board: FaultBoard;
  const apply = (command: unknown) => board.apply(parseCommand(command));

  beforeEach(() => {
    clock = new VirtualClock();
    changes = 0;
    board = new FaultBoard(clock, () => {
      changes += 1;
    });
  });

  it('ends a fault when its time is up', async () => {
    apply({ fault: 'silence', seconds: 30 });
    assert.equal(board.line().silence, true);
    await clock.advance(29_999);
    assert.equal(board.line().silence, true);
    await clock.advance(1);
    assert.equal(board.line().silence, false);
    assert.equal(changes, 2);
    assert.equal(clock.waiting, 0);
  });

  it('begins the time anew when told again', async () => {
    apply({ fault: 'silence', seconds: 10 });
    await clock.advance(9_000);
    apply({ fault: 'silence', seconds: 10 });
    await clock.advance(9_000);
    assert.equal(board.active.length, 1);
    apply({ fault: 'silence' });
    await clock.advance(100_000);
    assert.equal(board.active.length, 1);
  });

  it('keeps faults of different phases apart and clears them together', () => {
    apply({ fault: 'ct_reversed', phases: ['l1'] });
    apply({ fault: 'ct_reversed', phases: ['l2', 'l3'], seconds: 5 });
    apply({ fault: 'exception', code: 6 });
    assert.deepEqual([...board.wiring().reversed], ['l1', 'l2', 'l3']);
    apply({ clear: 'ct_reversed' });
    assert.deepEqual(board.active, [{ fault: 'exception', code: 6 }]);
    apply({ fault: 'none' });
    assert.deepEqual(board.active, []);
    assert.equal(clock.waiting, 0);
  });

  it('does not keep what is over in a moment', () => {
    apply({ fault: 'counter_reset' });
    assert.deepEqual(board.active, []);
  });
});
