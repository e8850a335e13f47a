import assert from 'node:assert/strict';
import type { DoctorReport, Weighed } from '../../nodes/health/doctor/doctor.ts';
import { viewDoctor } from '../../ui/elements/doctor-view.ts';
import { german, reader } from './reader.ts';

const nowMs = Date.parse('2026-06-21T12:00:00.000Z');
const think = (source: string, change: Partial<Weighed> = {}): Weighed => ({
  id: 'ct_unplugged',
  source,
  verdict: 'quiet',
  evidence: {},
  arguments: [],
  ...change,
});
const report = (...hypotheses: Weighed[]): DoctorReport => ({
  ts: '2026-06-21T12:00:00.000Z',
  daylight: 'day',
  hypotheses,
});
const view = (found: DoctorReport | undefined, lost = false) =>
  viewDoctor({ report: found, lost, nowMs }, reader);

describe('the page of the doctor', () => {
  it('does not call well what nobody has looked at', () => {
    assert.equal(view(undefined).state, 'waiting');
    assert.equal(view(report()).state, 'waiting');
    assert.equal(view(report(think('main/pv'))).state, 'well');
    assert.equal(view(report(think('main/pv')), true).state, 'waiting');
  });

  it('does not call well what speaks for a fault and was not seen long enough', () => {
    const seen = { key: 'power_negative', supports: true, params: { percent: 99, minutes: 6 } };
    const against = { ...seen, supports: false };
    const { state, headline, channels } = view(report(think('main/pv', { arguments: [seen] })));
    assert.equal(state, 'waiting');
    assert.equal(headline, 'Something is being looked at');
    assert.equal(channels[0]?.loud[0]?.standing, 'too little was seen to tell');
    assert.equal(view(report(think('main/pv', { arguments: [seen, against] }))).state, 'well');
  });

  it('has the channels with something wrong first, and what was found well beside it', () => {
    const { channels, headline, state } = view(
      report(
        think('main/a'),
        think('main/b', { verdict: 'suspected' }),
        think('main/b', { id: 'ct_reversed' }),
        think('site', { id: 'balance_residual', verdict: 'confirmed', cause: 'unknown' }),
      ),
    );
    assert.equal(state, 'attention');
    assert.equal(headline, '2 things are wrong with the wiring');
    assert.deepEqual(
      channels.map(({ title, loud, quiet }) => [title, loud.length, quiet.length]),
      [
        ['Whole site', 1, 0],
        ['main/b', 1, 1],
        ['main/a', 0, 1],
      ],
    );
  });

  it('tells what speaks for and against it, in numbers as the reader writes them', () => {
    const seen = think('main/mains', {
      id: 'voltage_missing',
      verdict: 'confirmed',
      phases: ['l1', 'l2'],
      arguments: [
        {
          key: 'voltage_low',
          supports: true,
          params: { phase: 1, voltage_v: 3.5, nominal_v: 120, seconds: 9 },
        },
        { key: 'voltage_normal', supports: false, params: { voltage_v: 121 } },
      ],
    });
    const { channels } = view(report(seen));
    const [found] = channels[0]?.loud ?? [];
    assert.equal(found?.standing, 'confirmed');
    assert.equal(found?.inputs, 'inputs L1 and L2');
    assert.deepEqual(found?.for, ['Input L1 shows 3.5 V of 120 V, for 9 s.']);
    assert.equal(found?.against.length, 1);
    const { channels: others } = viewDoctor({ report: report(seen), lost: false, nowMs }, german);
    assert.equal(others[0]?.loud[0]?.inputs, 'inputs L1 und L2');
  });

  it('does not call wrong what it only suspects', () => {
    const { headline, channels } = view(
      report(think('main/pv', { verdict: 'suspected', phases: ['l3'] })),
    );
    assert.equal(headline, '1 thing may be wrong with the wiring');
    assert.equal(channels[0]?.loud[0]?.inputs, 'input L3');
  });

  it('counts nothing that is held back, and says by what', () => {
    const held = think('main/pv', {
      id: 'ct_reversed',
      verdict: 'suspected',
      held_back_by: ['voltage_missing'],
    });
    const { state, channels } = view(report(held));
    assert.equal(state, 'well');
    const [found] = channels[0]?.loud ?? [];
    assert.equal(found?.tone, 'held');
    assert.equal(found?.standing, 'suspected, held back');
    assert.match(found?.heldBack ?? '', /A voltage input is not connected/);
  });

  it('says when it was made, and that nothing newer can be known', () => {
    assert.match(view(report(think('a/b'))).details.join(' '), /^The sun is up\. As of \d.*\.$/);
    assert.match(view(report(), true).details.join(' '), /the connection is lost/);
  });
});
