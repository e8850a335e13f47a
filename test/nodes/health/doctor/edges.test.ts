import assert from 'node:assert/strict';
import { CloudEdges, type Slopes } from '../../../../nodes/health/doctor/edges.ts';
import {
  chance,
  configOf,
  HOUR_MS,
  MIDNIGHT_MS,
  mainsOf,
  type Script,
  secondsOf,
  solarOf,
} from './synthetic-site.ts';

const NOON_MS = MIDNIGHT_MS + 10 * HOUR_MS;
const within = (found: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

describe('cloud edges', () => {
  it('finds slopes 1 and 0 where all is right, each edge once', () => {
    const edges = seen({ forMs: 3 * HOUR_MS });
    const truth = (3 * 60) / 6;
    within(edges.seen, truth, 6);
    const { r, b, spread } = slopesOf(edges);
    within(r, 1, 0.01);
    within(b, 0, 0.01);
    assert.ok(spread < 0.05, `${spread}`);
  });

  it('holds the table of wirings (rules of the doctor, section 2)', () => {
    type Row = [string, Script['wiring'], r: number, b: number];
    const rows: Row[] = [
      ['solar on the line side', ({ homeW }) => ({ mainsW: [homeW / 2, homeW / 2] }), 0, 1],
      ['grid reversed', (truth) => ({ mainsW: mainsOf(truth).map((watts) => -watts) }), -1, 2],
      ['solar reversed', ({ solarW }) => ({ solarW: -solarW }), 1, -1],
      ['solar at half', ({ solarW }) => ({ solarW: solarW / 2 }), 2, -1],
      ['grid at double', (truth) => ({ mainsW: mainsOf(truth).map((watts) => 2 * watts) }), 2, -1],
    ];
    for (const [what, wiring, r, b] of rows) {
      const slopes = slopesOf(seen({ forMs: 3 * HOUR_MS, ...(wiring && { wiring }) }));
      assert.ok(Math.abs(slopes.r - r) < 0.03, `${what}: r ${slopes.r}`);
      assert.ok(Math.abs(slopes.b - b) < 0.03, `${what}: b ${slopes.b}`);
    }
  });

  it('tells of each input by itself', () => {
    const wiring: Script['wiring'] = (truth) => {
      const [one = 0, other = 0] = mainsOf(truth);
      return { mainsW: [one, -0.2 * other] };
    };
    const { r, wires } = slopesOf(seen({ forMs: 3 * HOUR_MS, wiring }));
    within(r, 0.4, 0.02);
    within(wires['panel/mains l1'] ?? 0, 0.5, 0.02);
    within(wires['panel/mains l2'] ?? 0, -0.1, 0.02);
  });

  it('is not moved by loads, a flickering gain and a second of skew', () => {
    const random = chance(4);
    let loadW = 300;
    const loads = () => {
      if (random() < 1 / 60) loadW = 200 + 3_000 * random();
      return loadW;
    };
    const { r, b } = slopesOf(seen({ forMs: 4 * HOUR_MS, loads, noise: 0.05, skewMs: 1_000 }), 30);
    within(r, 1, 0.1);
    within(b, 0, 0.1);
  });

  it('sees no edge in noise: under a clear sky there is none', () => {
    const clear = solarOf({ cloudMin: Number.POSITIVE_INFINITY });
    assert.equal(seen({ forMs: 5 * HOUR_MS, solar: clear, noise: 0.05 }).seen, 0);
  });

  it('does not judge what a battery takes', () => {
    const config = configOf({ battery: true });
    const solar = solarOf();
    const truth = (ms: number) => {
      const solarW = solar(ms);
      return { solarW, batteryW: 400 - solarW };
    };
    assert.equal(seen({ config, forMs: 3 * HOUR_MS, truth }).seen, 0);
  });

  it('keeps apart the edges at which the mains are held at zero', () => {
    const solar = solarOf();
    const truth = (ms: number) => {
      const solarW = solar(ms);
      return { solarW, homeW: solarW + 20 };
    };
    const edges = seen({ forMs: 3 * HOUR_MS, truth });
    assert.ok(edges.seen >= 10);
    assert.equal(edges.slopes(1), null);
    assert.ok(edges.heldSlopes(10) !== null);
  });

  it('takes no edge from channels that a row above has found something for', () => {
    assert.equal(seen({ forMs: 2 * HOUR_MS }, { blocked: true }).seen, 0);
  });

  it('goes by time: a slow poll shows the same edges', () => {
    const { r } = slopesOf(seen({ forMs: 4 * HOUR_MS, stepMs: 2_000 }));
    within(r, 1, 0.02);
  });

  it('goes on after a restart and forgets with the channel', () => {
    const before = seen({ forMs: 3 * HOUR_MS });
    const after = new CloudEdges();
    after.restore(JSON.parse(JSON.stringify(before.save())));
    assert.deepEqual(after.slopes(10), before.slopes(10));
    assert.equal(after.seen, before.seen);
    for (const damaged of [null, 'x', { seen: -1 }]) after.restore(damaged);
    assert.equal(after.seen, before.seen);
    const { news } = after;
    after.forget('panel/sun');
    assert.equal(after.slopes(1), null);
    assert.notEqual(after.news, news);
  });
});

function seen(script: Script, { blocked = false } = {}): CloudEdges {
  const edges = new CloudEdges();
  for (const second of secondsOf({ fromMs: NOON_MS, ...script })) {
    edges.take(second, { passedMs: 1_000, blocked: () => blocked });
  }
  return edges;
}

function slopesOf(edges: CloudEdges, count = 10): Slopes {
  const slopes = edges.slopes(count);
  assert.ok(slopes !== null, `only ${edges.seen} edges`);
  return slopes;
}
