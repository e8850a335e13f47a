import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FairQueue } from '../../../nodes/bus/queue.ts';

describe('fair queue', () => {
  it('loses nothing, keeps the order within a unit, and lets nobody wait twice for another', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 })), (units) => {
        const queue = new FairQueue<{ unit: number; nr: number }>();
        units.forEach((unit, nr) => {
          queue.push({ unit, nr });
        });
        const served: { unit: number; nr: number }[] = [];
        for (let job = queue.shift(); job; job = queue.shift()) served.push(job);

        assert.equal(served.length, units.length);
        for (const unit of new Set(units)) {
          const numbers = served.filter((job) => job.unit === unit).map((job) => job.nr);
          assert.deepEqual(
            numbers,
            [...numbers].sort((a, b) => a - b),
          );
        }
        served.forEach((job, at) => {
          const waiting = new Set(served.slice(at + 1).map((other) => other.unit));
          const next = served.slice(at + 1).findIndex((other) => other.unit === job.unit);
          const between = served.slice(at + 1, at + 1 + Math.max(next, 0));
          if (next < 0) return;
          for (const unit of waiting) {
            const turns = between.filter((other) => other.unit === unit).length;
            assert.equal(turns, unit === job.unit ? 0 : 1, 'every other waiting unit has one turn');
          }
        });
      }),
    );
  });
});
