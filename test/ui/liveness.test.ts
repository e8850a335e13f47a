import assert from 'node:assert/strict';
import { beat, LOST_AFTER_MS, livenessOf, type Pulse } from '../../ui/elements/liveness-view.ts';
import { noon } from './reader.ts';

const WALL = Date.parse('2026-06-21T12:00:00.000Z');
const at = (ms: number) => ({ mono: ms, wall: WALL + ms });

describe('liveness of the page', () => {
  const second = (pulse: Pulse | null, seq: number, ms: number, change = {}) =>
    beat(pulse, noon({ seq, ...change }), at(ms));

  it('waits before the first snapshot and does not believe a single one', () => {
    assert.deepEqual(livenessOf(null, at(0)), { state: 'waiting', sinceMs: null });
    const replayed = second(null, 7, 0);
    assert.equal(livenessOf(replayed, at(10)).state, 'waiting');
    assert.equal(livenessOf(replayed, at(LOST_AFTER_MS + 1)).state, 'lost');
  });

  it('is live with the second one, since the first', () => {
    const pulse = second(second(null, 7, 0), 8, 1_000);
    assert.deepEqual(livenessOf(pulse, at(1_000)), { state: 'live', sinceMs: WALL });
  });

  it('takes the same snapshot again for nothing new', () => {
    const pulse = second(null, 7, 0);
    assert.equal(second(pulse, 7, 1_000), pulse);
  });

  it('is lost after 3.5 s without a new one, since the last', () => {
    const pulse = second(second(null, 7, 0), 8, 1_000);
    assert.equal(livenessOf(pulse, at(1_000 + LOST_AFTER_MS)).state, 'live');
    const lost = livenessOf(pulse, at(1_001 + LOST_AFTER_MS));
    assert.deepEqual(lost, { state: 'lost', sinceMs: WALL + 1_000 });
  });

  it('is live again at once after a restart of the appliance, since then', () => {
    const before = second(second(null, 7, 0), 8, 1_000);
    const after = beat(before, noon({ run: 'r2', seq: 1 }), at(20_000));
    assert.deepEqual(livenessOf(after, at(20_000)), { state: 'live', sinceMs: WALL + 20_000 });
  });

  it('is stale since the silent source was last heard', () => {
    const silent = { ok: false, age_ms: 42_000, latency_ms: null, errors: 3 };
    const stale = { quality: 'stale', sources: { main: silent } };
    const pulse = second(second(null, 7, 0), 8, 1_000, stale);
    assert.deepEqual(livenessOf(pulse, at(1_000)), { state: 'stale', sinceMs: WALL - 42_000 });
    const later = second(pulse, 9, 2_000, stale);
    assert.equal(livenessOf(later, at(2_000)).sinceMs, WALL - 42_000);
    const good = second(later, 10, 3_000);
    assert.deepEqual(livenessOf(good, at(3_000)), { state: 'live', sinceMs: WALL + 3_000 });
  });
});
