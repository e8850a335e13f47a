import assert from 'node:assert/strict';
import type { Fault } from '../../nodes/health/faults.ts';
import { viewFaults } from '../../ui/elements/faults-view.ts';
import { reader } from './reader.ts';

const nowMs = Date.parse('2026-06-21T12:00:00.000Z');
const fault = (id: Fault['id'], change: Partial<Fault> = {}): Fault => ({
  id,
  source: 'main',
  severity: 'warning',
  state: 'confirmed',
  since: '2026-06-21T10:00:00.000Z',
  evidence: {},
  message: `message of ${id}`,
  advice: `advice of ${id}`,
  ...change,
});
const view = (faults: Fault[] | undefined, lost = false) =>
  viewFaults({ faults, lost, nowMs }, reader);

describe('the list of faults', () => {
  it('does not call well what nobody has reported', () => {
    assert.equal(view(undefined).state, 'waiting');
    assert.equal(view([]).state, 'well');
    assert.equal(view([], true).state, 'waiting');
  });

  it('groups by what an installer would look at, each with its line of advice', () => {
    const { groups, headline } = view([
      fault('low_storage', { source: 'site' }),
      fault('scaling_failure'),
      fault('meter_not_responding'),
      fault('ct_reversed', { source: 'main/pv', state: 'suspected' }),
    ]);
    assert.deepEqual(
      groups.map(({ id }) => id),
      ['wiring', 'meter', 'scaling', 'other'],
    );
    assert.equal(headline, '4 things need attention');
    const [wiring] = groups[0]?.faults ?? [];
    assert.equal(wiring?.severityText, 'Warning, suspected');
    assert.deepEqual(wiring?.advice, [{ text: 'advice of ct_reversed', code: false }]);
    assert.equal(wiring?.facts[0], 'at main/pv');
    assert.match(wiring?.facts[1] ?? '', /^since /);
  });

  it('keeps what is to be typed apart from the words round it', () => {
    const advice = 'Run `solthrive-cli check`.';
    const [group] = view([fault('config_invalid', { advice })]).groups;
    assert.deepEqual(group?.faults[0]?.advice, [
      { text: 'Run ', code: false },
      { text: 'solthrive-cli check', code: true },
      { text: '.', code: false },
    ]);
  });

  it('ticks off only what is really looked for', () => {
    const { state, checked } = view([]);
    assert.equal(state, 'well');
    assert.deepEqual(
      checked.map(({ title }) => title),
      ['Meter connection', 'This monitor'],
    );
  });

  it('asks for the whole width when there are more than fit beside the graph', () => {
    const two = [fault('bus_errors'), fault('data_stale')];
    assert.equal(view(two).long, false);
    assert.equal(view([...two, fault('low_storage')]).long, true);
  });

  it('puts the worst first and leaves out what has ended', () => {
    const { groups, headline } = view([
      fault('data_stale', { severity: 'info' }),
      fault('bus_errors', { severity: 'fault' }),
      fault('poll_drift', { cleared_at: '2026-06-21T11:00:00.000Z' }),
    ]);
    assert.deepEqual(
      groups[0]?.faults.map(({ severity }) => severity),
      ['fault', 'info'],
    );
    assert.equal(headline, '2 things need attention');
  });
});
