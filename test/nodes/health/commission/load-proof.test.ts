import assert from 'node:assert/strict';
import { inputsOf } from '../../../../nodes/health/commission/inputs.ts';
import { LoadProof } from '../../../../nodes/health/commission/load-proof.ts';
import type { Phase } from '../../../../nodes/meter/reading.ts';
import { Panel, splitPhase } from './panel.ts';

/** Adds so many W (and var) to inputs: what a load does, wherever its CTs are. */
type Effect = readonly (readonly [channel: string, phase: Phase, watts: number, vars?: number])[];

interface Trial {
  panel?: Panel;
  /** Names of the inputs meant; `main/mains l1` when left out. */
  meant?: string[];
  channel?: string;
  effect: Effect;
  /** What else happens in each second. */
  meanwhile?: (panel: Panel, second: number) => void;
  cycles?: number;
}

function judge(trial: Trial) {
  const { panel = splitPhase(), meant = ['main/mains l1'], effect, cycles = 3 } = trial;
  const { meanwhile = () => {}, channel = 'main/mains' } = trial;
  const [first] = panel.collect(1);
  assert.ok(first);
  const proof = new LoadProof({
    inputs: inputsOf(first),
    target: { channel, inputs: meant },
    intervalMs: 1_000,
  });
  let passed = 0;
  const live = (seconds: number) =>
    panel.pass(seconds, (second) => {
      proof.take(second);
      meanwhile(panel, passed++);
    });
  live(5);
  for (let n = 0; n < 2 * cycles; n += 1) {
    const sign = n % 2 === 0 ? 1 : -1;
    assert.equal(proof.next, sign === 1 ? 'on' : 'off');
    for (const [id, phase, watts, vars = 0] of effect) {
      const input = panel.input(id, phase);
      input.watts += sign * watts;
      input.vars = (input.vars ?? 0) + sign * vars;
    }
    live(10);
  }
  return proof.verdict();
}

describe('a known load', () => {
  it('shows on the CT that is meant, as consumption', () => {
    const { result, reason, params, measured } = judge({ effect: [['main/mains', 'l1', 1_500]] });
    assert.deepEqual([result, reason], ['pass', 'load_pass']);
    assert.deepEqual(params, { input: 'main/mains l1', on: 1500, off: 1500 });
    assert.equal(measured.find(({ where }) => where === 'main/mains l1')?.value, 1500);
  });

  it('is seen through noise, and with a fridge that switches meanwhile', () => {
    const panel = splitPhase();
    panel.noise = 0.05;
    const { reason } = judge({
      panel,
      effect: [['main/mains', 'l1', 1_500]],
      meanwhile: ({ inputs: [l1] }, second) => {
        if (l1 && second % 13 === 4) l1.watts += second % 26 === 4 ? 120 : -120;
      },
    });
    assert.equal(reason, 'load_pass');
  });

  it('between two phases shows on both', () => {
    const effect: Effect = [
      ['main/mains', 'l1', 1_000],
      ['main/mains', 'l2', 1_000],
    ];
    const meant = ['main/mains l1', 'main/mains l2'];
    assert.equal(judge({ effect, meant }).reason, 'load_pass');
    const one = judge({ effect: effect.slice(0, 1), meant });
    assert.deepEqual([one.reason, one.params.input], ['load_leg_missing', 'main/mains l2']);
  });

  const wrong: [string, Trial, string, Record<string, unknown>?][] = [
    [
      'a CT turned round',
      { effect: [['main/mains', 'l1', -1_500]] },
      'load_leg_reversed',
      { input: 'main/mains l1' },
    ],
    [
      'all CTs of a channel turned round',
      {
        meant: ['main/mains l1', 'main/mains l2'],
        effect: [
          ['main/mains', 'l1', -800],
          ['main/mains', 'l2', -800],
        ],
      },
      'load_reversed',
      { channel: 'main/mains' },
    ],
    [
      'another CT',
      { effect: [['main/mains', 'l2', 1_500]] },
      'load_wrong_ct',
      { found: 'main/mains l2' },
    ],
    [
      'the voltage of another phase',
      { effect: [['main/mains', 'l1', -750, 1_299]] },
      'load_wrong_phase',
      { factor: 0.5 },
    ],
    [
      'a second CT that moves too',
      {
        effect: [
          ['main/mains', 'l1', 1_500],
          ['main/pv', 'l3', 400],
        ],
      },
      'load_elsewhere',
      { found: 'main/pv l3' },
    ],
    ['a load that is too small', { effect: [['main/mains', 'l1', 600]] }, 'load_small'],
    ['nothing that was switched', { effect: [], cycles: 0 }, 'load_unseen'],
    ['fewer than three times', { effect: [['main/mains', 'l1', 1_500]], cycles: 2 }, 'load_unseen'],
  ];
  for (const [what, trial, reason, params = {}] of wrong) {
    it(`tells ${what}`, () => {
      const verdict = judge(trial);
      assert.deepEqual([verdict.result, verdict.reason], ['fail', reason]);
      for (const [key, value] of Object.entries(params)) assert.equal(verdict.params[key], value);
    });
  }

  it('that changes from time to time proves nothing', () => {
    let size = 1_000;
    const { reason } = judge({
      effect: [['main/mains', 'l1', 1_500]],
      meanwhile: ({ inputs: [l1] }, second) => {
        if (!l1 || second % 20 !== 6) return;
        l1.watts += size;
        size = -size;
      },
    });
    assert.equal(reason, 'load_unsteady');
  });

  it('on a circuit shows on the mains too, and may; but not backwards on its own CT', () => {
    const panel = () =>
      new Panel(
        { channel: 'main/mains', role: 'grid', phase: 'l1', watts: 300 },
        { channel: 'main/oven', role: 'load', phase: 'l2', watts: 0 },
      );
    const circuit = (watts: number) =>
      judge({
        panel: panel(),
        channel: 'main/oven',
        meant: ['main/oven l2'],
        effect: [
          ['main/oven', 'l2', watts],
          ['main/mains', 'l1', 2_000],
        ],
      });
    assert.equal(circuit(2_000).reason, 'load_pass');
    assert.equal(circuit(-2_000).reason, 'load_reversed');
    const mains = judge({
      panel: panel(),
      effect: [
        ['main/oven', 'l2', -2_000],
        ['main/mains', 'l1', 2_000],
      ],
    });
    assert.deepEqual([mains.reason, mains.params.found], ['load_elsewhere', 'main/oven l2']);
  });
});
