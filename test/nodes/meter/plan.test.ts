import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { barriersRound, halvesOf, holeBetween, withHoles } from '../../../nodes/meter/holes.ts';
import {
  type CostMs,
  endOf,
  type PlannedRead,
  planReads,
  readOf,
  type Terrain,
} from '../../../nodes/meter/plan.ts';
import type { ProfileValue, ValueType } from '../../../nodes/meter/profile.ts';
import { loadProfile } from '../../../nodes/meter/profile-file.ts';
import { registersOf } from '../../../nodes/meter/registers.ts';

/** RTU: 8 bytes out, 5 + 2n back, two silences, the meter's latency; 10 bits a character. */
function serialCost(baud: number, latencyMs: number): CostMs {
  const characterMs = 10_000 / baud;
  return (count) => (13 + 2 * count) * characterMs + 2 * 3.5 * (11_000 / baud) + latencyMs;
}

function total(reads: readonly PlannedRead[], costMs: CostMs): number {
  return reads.reduce((sum, { count }) => sum + costMs(count), 0);
}

function spans(reads: readonly PlannedRead[]): string[] {
  return reads.map(({ address, count }) => `${address}x${count}`);
}

function value(address: number, type: ValueType = 'float32'): ProfileValue {
  return { name: 'power_l1', address, type, scale: 1, unit: 'W', speed: 'fast' };
}

/** Every way to put the values into groups, whatever their order: slow and surely complete. */
function* groupings<T>(items: readonly T[]): Generator<T[][]> {
  const [first, ...rest] = items;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const groups of groupings(rest)) {
    yield [[first], ...groups];
    for (let index = 0; index < groups.length; index++) {
      yield groups.map((group, at) => (at === index ? [first, ...group] : group));
    }
  }
}

function cheapestByTrying(terrain: Terrain, values: ProfileValue[], costMs: CostMs): number {
  let best = Number.POSITIVE_INFINITY;
  for (const groups of groupings(values)) {
    const reads = groups.map((group) => readOf(terrain, group));
    const allowed = reads.every(
      (read) => read !== null && terrain.blocks.some((block) => contains(block, read)),
    );
    if (allowed) best = Math.min(best, total(reads as PlannedRead[], costMs));
  }
  return best;
}

function contains(block: { start: number; count: number }, read: PlannedRead): boolean {
  return read.address >= block.start && read.address + read.count <= block.start + block.count;
}

const aCase = fc
  .record({
    align: fc.constantFrom(1, 2),
    maxRegisters: fc.integer({ min: 4, max: 40 }),
    blocks: fc.array(
      fc.record({ gap: fc.integer({ min: 0, max: 6 }), size: fc.integer({ min: 1, max: 12 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    picks: fc.array(
      fc.record({
        at: fc.nat(80),
        type: fc.constantFrom<ValueType>('uint16', 'float32', 'uint64'),
      }),
      { maxLength: 6 },
    ),
    perRequestMs: fc.integer({ min: 0, max: 60 }),
    perRegisterMs: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ align, maxRegisters, blocks, picks, perRequestMs, perRegisterMs }) => {
    let at = 0;
    const stretches = blocks.map(({ gap, size }) => {
      const start = at + gap * 2;
      at = start + size * 2;
      return { start, count: size * 2 };
    });
    const terrain: Terrain = { fn: 3, align, maxRegisters, blocks: stretches };
    const values = picks
      .map(({ at, type }) => value(at, type))
      .filter((candidate) => readOf(terrain, [candidate]) !== null)
      .filter((candidate) =>
        stretches.some(
          ({ start, count }) => candidate.address >= start && endOf(candidate) <= start + count,
        ),
      );
    const costMs: CostMs = (count) => perRequestMs + perRegisterMs * count;
    return { terrain, values, costMs };
  });

describe('plan of reads', () => {
  it('costs what the best of all possible plans costs', () => {
    fc.assert(
      fc.property(aCase, ({ terrain, values, costMs }) => {
        const planned = total(planReads(terrain, values, costMs), costMs);
        assert.equal(planned, values.length === 0 ? 0 : cheapestByTrying(terrain, values, costMs));
      }),
      { numRuns: 300 },
    );
  });

  it('respects the meter: whole values, once each, within a block, aligned and short enough', () => {
    fc.assert(
      fc.property(aCase, ({ terrain, values, costMs }) => {
        const reads = planReads(terrain, values, costMs);
        assert.deepEqual(new Set(reads.flatMap((read) => read.values)), new Set(values));
        assert.equal(reads.flatMap((read) => read.values).length, values.length);
        for (const read of reads) {
          assert.equal(read.address % terrain.align, 0);
          assert.equal(read.count % terrain.align, 0);
          assert.ok(read.count <= terrain.maxRegisters);
          assert.ok(terrain.blocks.some((block) => contains(block, read)));
          for (const inside of read.values) {
            assert.ok(inside.address >= read.address);
            assert.ok(inside.address + registersOf(inside.type) <= read.address + read.count);
          }
        }
      }),
    );
  });

  it('bridges a gap where that is cheaper than a second request, and not where it is not', () => {
    const terrain: Terrain = {
      fn: 4,
      align: 1,
      maxRegisters: 125,
      blocks: [{ start: 0, count: 100 }],
    };
    const values = [value(0), value(30)];
    assert.deepEqual(spans(planReads(terrain, values, serialCost(9600, 5))), ['0x2', '30x2']);
    assert.deepEqual(spans(planReads(terrain, values, serialCost(9600, 50))), ['0x32']);
  });

  for (const [id, baud, fast, slow] of [
    ['ccs-wattnode-wnc', 9600, ['1008x16', '1140x28'], ['1002x6', '1032x2', '1106x16']],
    ['eastron-sdm120', 2400, ['0x32'], ['70x6']],
    ['eastron-sdm630-v2', 9600, ['0x54'], ['70x6', '346x12']],
  ] as const) {
    it(`of all values of ${id} at ${baud} baud is the one known by hand`, () => {
      const file = new URL(`../../../config/meters/${id}.yaml`, import.meta.url);
      const profile = loadProfile(fileURLToPath(file));
      const costMs = serialCost(baud, 20 + profile.gapMs);
      const plan = (speed: 'fast' | 'slow') =>
        spans(
          planReads(
            profile,
            profile.values.filter((v) => v.speed === speed),
            costMs,
          ),
        );
      assert.deepEqual(plan('fast'), fast);
      assert.deepEqual(plan('slow'), slow);
    });
  }
});

describe('holes', () => {
  const terrain: Terrain = { fn: 3, align: 2, maxRegisters: 80, blocks: [{ start: 0, count: 80 }] };

  it('are looked for in the widest gap first', () => {
    const values = [value(0), value(2), value(12), value(18)];
    const halves = halvesOf(terrain, readOf(terrain, values)!);
    assert.deepEqual(spans(halves), ['0x4', '12x8']);
    const holed = withHoles(terrain, [holeBetween(halves)]);
    assert.deepEqual(holed.blocks, [
      { start: 0, count: 4 },
      { start: 12, count: 68 },
    ]);
    assert.deepEqual(spans(planReads(holed, values, () => 1)), ['0x4', '12x8']);
  });

  it('are looked for among values that lie over each other too', () => {
    const halves = halvesOf(terrain, readOf(terrain, [value(0, 'uint64'), value(0)])!);
    assert.deepEqual(spans(halves), ['0x4', '0x2']);
  });

  it('of no length are barriers', () => {
    const values = [value(0), value(2), value(4), value(6)];
    const halves = halvesOf(terrain, readOf(terrain, values)!);
    assert.deepEqual(spans(halves), ['0x4', '4x4']);
    const holed = withHoles(terrain, [holeBetween(halves)]);
    assert.deepEqual(holed.blocks, [
      { start: 0, count: 4 },
      { start: 4, count: 76 },
    ]);
  });

  it('round a single value leave it to be asked for alone', () => {
    const values = [value(8), value(10), value(12)];
    const holed = withHoles(terrain, barriersRound(readOf(terrain, [values[1]!])!));
    assert.deepEqual(spans(planReads(holed, values, () => 1)), ['8x2', '10x2', '12x2']);
  });
});
