import assert from 'node:assert/strict';
import fc from 'fast-check';
import { merge } from '../../../nodes/site/merge.ts';
import { plain, treeOf } from '../../../nodes/site/tree.ts';

const origin = { file: 'a.yaml', line: 1, column: 1 };
const over = (lower: unknown, upper: unknown): unknown =>
  plain(merge(treeOf(lower, origin), treeOf(upper, origin)));

/** Configurations of one shape, each with some of the keys: what layers of one schema look like. */
const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.constant(null));
const item = fc.record(
  { id: fc.constantFrom('a', 'b', 'c', 'd'), unit: scalar, phases: fc.array(fc.integer()) },
  { requiredKeys: ['id'] },
);
const layer = fc.record(
  {
    site: fc.record({ name: scalar, timezone: scalar }, { requiredKeys: [] }),
    solar: scalar,
    hosts: fc.array(scalar),
    meters: fc.uniqueArray(item, { minLength: 1, selector: ({ id }) => id }),
  },
  { requiredKeys: [] },
);

describe('merging layers of configuration', () => {
  it('leaves a layer alone when nothing lies over or under it', () => {
    fc.assert(
      fc.property(layer, (a) => {
        assert.deepEqual(over(a, {}), plain(treeOf(a, origin)));
        assert.deepEqual(over({}, a), plain(treeOf(a, origin)));
      }),
    );
  });

  it('says nothing new when a layer is laid over itself', () => {
    fc.assert(fc.property(layer, (a) => assert.deepEqual(over(a, a), over(a, {}))));
  });

  it('comes to the same whichever two of three layers are merged first', () => {
    fc.assert(
      fc.property(layer, layer, layer, (a, b, c) =>
        assert.deepEqual(over(over(a, b), c), over(a, over(b, c))),
      ),
    );
  });

  it('keeps every single value of the last layer', () => {
    fc.assert(
      fc.property(layer, layer, (a, b) => {
        const merged = over(a, b) as typeof a;
        assert.deepEqual({ ...merged.site, ...b.site }, merged.site ?? {});
        if (b.solar !== undefined) assert.equal(merged.solar, b.solar);
        if (b.hosts !== undefined) assert.deepEqual(merged.hosts, b.hosts);
        for (const meter of b.meters ?? []) {
          const found = merged.meters?.find(({ id }) => id === meter.id);
          assert.deepEqual({ ...found, ...meter }, { ...found });
        }
      }),
    );
  });

  it('changes neither of the two', () => {
    const lower = treeOf({ meters: [{ id: 'a', unit: 1 }] }, origin);
    const upper = treeOf({ meters: [{ id: 'a', unit: 2 }] }, origin);
    merge(lower, upper);
    assert.deepEqual(plain(lower), { meters: [{ id: 'a', unit: 1 }] });
    assert.deepEqual(plain(upper), { meters: [{ id: 'a', unit: 2 }] });
  });

  it('merges items by id, keeps their order and puts new ones at the end', () => {
    const lower = { meters: [{ id: 'a', unit: 1 }, { id: 'b' }] };
    const upper = { meters: [{ id: 'c' }, { id: 'a', bus: 'x' }] };
    assert.deepEqual(over(lower, upper), {
      meters: [{ id: 'a', unit: 1, bus: 'x' }, { id: 'b' }, { id: 'c' }],
    });
  });

  it('replaces a list without ids, and any list by an empty one', () => {
    assert.deepEqual(over({ a: [1, 2, 3] }, { a: [4] }), { a: [4] });
    assert.deepEqual(over({ a: [{ id: 'x' }] }, { a: [] }), { a: [] });
    assert.deepEqual(over({ a: [{ id: 'x' }] }, { a: [{ id: 'x' }, { unit: 1 }] }), {
      a: [{ id: 'x' }, { unit: 1 }],
    });
  });

  it('keeps both of two items with one id, so that the mistake can be told', () => {
    const twice = {
      meters: [
        { id: 'a', unit: 1 },
        { id: 'a', unit: 2 },
      ],
    };
    assert.deepEqual(over({ meters: [{ id: 'a', unit: 9 }] }, twice), twice);
  });

  it('treats __proto__ as a key like any other', () => {
    const merged = over({}, JSON.parse('{"__proto__": {"polluted": true}}'));
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.deepEqual(Object.keys(merged as object), ['__proto__']);
  });
});
