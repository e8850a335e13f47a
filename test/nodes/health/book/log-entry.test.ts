import assert from 'node:assert/strict';
import { logEntryOf } from '../../../../nodes/health/book/log-entry.ts';
import { FaultBook } from '../../../../nodes/health/faults.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

describe('a fault in the log', () => {
  it('is as grave as it is, and its end is only news', () => {
    const told: (string | undefined)[][] = [];
    const book = new FaultBook({
      clock: new VirtualClock(),
      say: (key) => key,
      announce: (fault, change) => {
        const { level, area, code, source, state } = logEntryOf(fault, change);
        told.push([level, area, code, source, state]);
      },
    });
    const found = { id: 'ct_reversed', source: 'main/pv', evidence: {} } as const;
    book.raise({ ...found, state: 'suspected' });
    book.raise(found);
    book.acknowledge({ ...found, by: 'pat', until: '2026-06-22T12:00:00Z' });
    book.clear('ct_reversed', 'main/pv');
    const line = (level: string, state: string) => [
      level,
      'fault',
      'ct_reversed',
      'main/pv',
      state,
    ];
    assert.deepEqual(told, [
      line('warn', 'suspected'),
      line('error', 'confirmed'),
      line('info', 'acknowledged'),
      line('info', 'ended'),
    ]);
  });
});
