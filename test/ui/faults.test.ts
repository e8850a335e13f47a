import assert from 'node:assert/strict';
import type { Fault } from '../../nodes/health/faults.ts';
import { endedSince, FAULT_GROUPS, viewFaults } from '../../ui/elements/faults-view.ts';
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

  it('ticks off every group, because something looks for the faults of each', () => {
    const { state, checked } = view([]);
    assert.equal(state, 'well');
    assert.deepEqual(
      checked.map(({ id }) => id),
      [...FAULT_GROUPS],
    );
  });

  it('keeps visible what somebody has seen, and until when, after the rest', () => {
    const acknowledged = { by: 'Ada', until: '2026-06-21T20:30:00.000Z' };
    const { groups, headline } = view([
      fault('bus_errors', { acknowledged, severity: 'fault' }),
      fault('poll_drift'),
    ]);
    assert.equal(headline, '2 things need attention');
    const [first, second] = groups[0]?.faults ?? [];
    assert.equal(first?.isSeen, false);
    assert.equal(second?.isSeen, true);
    assert.match(second?.facts.at(-1) ?? '', /^seen by Ada, until \d/);
  });

  it('says for ten minutes that a fault is over', () => {
    const [dry, wet] = [fault('bus_errors'), fault('data_stale')];
    const first = endedSince([], { before: [dry, wet], now: [wet], nowMs });
    const over = (all: typeof first, atMs: number) =>
      viewFaults({ faults: [], over: all, lost: false, nowMs: atMs }, reader).over;
    assert.match(over(first, nowMs)[0]?.time ?? '', /^Over since \d.*:$/);
    assert.equal(over(first, nowMs)[0]?.message, 'message of bus_errors');
    assert.equal(over(first, nowMs + 600_000).length, 0);
    const both = endedSince(first, { before: [wet], now: [], nowMs: nowMs + 1_000 });
    assert.deepEqual(
      both.map((each) => each.fault.id),
      ['data_stale', 'bus_errors'],
    );
    const back = endedSince(both, { before: [], now: [dry], nowMs: nowMs + 2_000 });
    assert.deepEqual(
      back.map((each) => each.fault.id),
      ['data_stale'],
    );
    const twice = endedSince(both, { before: [dry], now: [], nowMs: nowMs + 3_000 });
    assert.equal(twice.filter((each) => each.fault.id === 'bus_errors').length, 1);
    assert.equal(twice[0]?.atMs, nowMs + 3_000);
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
