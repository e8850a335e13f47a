import assert from 'node:assert/strict';
import type { MeterState } from '../../../nodes/meter/meter-status.ts';
import { noticesOf, summaryOf } from '../../../nodes/meter/summary.ts';
import { sampleStatus } from '../../support/samples.ts';

function badge(states: Record<string, MeterState | null>, rest = {}): [string, string] {
  const statuses = new Map(
    Object.entries(states).flatMap(([meter, state]) =>
      state === null ? [] : [[meter, { ...sampleStatus(meter), state }] as const],
    ),
  );
  const meters = Object.keys(states);
  const summary = summaryOf({ meters, statuses, simulated: false, misconfigured: false, ...rest });
  return [summary.state, summary.key];
}

describe('the badge of the meter node', () => {
  it('is green only when every meter is live', () => {
    assert.deepEqual(badge({ a: 'live' }), ['live', 'live_one']);
    assert.deepEqual(badge({ a: 'live', b: 'live' }), ['live', 'live_many']);
    assert.deepEqual(badge({ a: 'live', b: 'failing' }), ['degraded', 'some']);
    assert.deepEqual(badge({ a: 'live', b: null }), ['degraded', 'some']);
    assert.deepEqual(badge({ a: 'failing', b: 'failing' }), ['disconnected', 'lost']);
    assert.deepEqual(badge({ a: 'failing', b: null }), ['connecting', 'connecting']);
  });

  it('says that a home is simulated, and that there is nothing to poll', () => {
    assert.deepEqual(badge({ a: 'live' }, { simulated: true }), ['simulated', 'simulated']);
    assert.deepEqual(badge({}), ['idle', 'none']);
    assert.deepEqual(badge({}, { misconfigured: true }), ['faulty', 'misconfigured']);
  });

  it('is not green while a meter cannot be polled as it is configured', () => {
    const rest = { misconfigured: true };
    assert.deepEqual(badge({ a: 'live', b: 'misconfigured' }, rest), ['degraded', 'some']);
    assert.deepEqual(badge({ a: 'misconfigured' }, rest), ['faulty', 'misconfigured']);
  });
});

describe('notices about a meter', () => {
  it('come once', () => {
    const before = sampleStatus();
    const now = {
      ...before,
      identity: 'mismatch' as const,
      missing: ['power_l3', 'current_l3'],
    };
    assert.deepEqual(noticesOf(undefined, now), noticesOf(before, now));
    assert.deepEqual(noticesOf(before, now), [
      { level: 'warn', key: 'mismatch', params: { meter: 'main' } },
      { level: 'warn', key: 'missing', params: { meter: 'main', names: 'power_l3, current_l3' } },
    ]);
    assert.deepEqual(noticesOf(now, now), []);
  });

  it('say once that it fails, with why and what to do, and once that it is back', () => {
    const error = { code: 'bus_timeout', message: 'No answer.', hint: 'Check it.' };
    const live = sampleStatus();
    const failing = { ...live, state: 'failing' as const, error };
    const params = { meter: 'main', message: 'No answer.', hint: 'Check it.' };
    assert.deepEqual(noticesOf(live, failing), [{ level: 'warn', key: 'failing', params }]);
    assert.deepEqual(noticesOf(undefined, failing), noticesOf(live, failing));
    const other = { code: 'bus_crc', message: 'Damaged.' };
    assert.deepEqual(noticesOf(failing, { ...failing, error: other }), []);
    assert.deepEqual(noticesOf(failing, live), [
      { level: 'log', key: 'back', params: { meter: 'main' } },
    ]);
    assert.deepEqual(noticesOf(undefined, live), []);
  });
});
