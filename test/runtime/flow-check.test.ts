import assert from 'node:assert/strict';
import { SolthriveError } from '../../nodes/site/errors.ts';
import { checkFlows } from '../../runtime/flow-check.ts';
import { emptyLayer, type SiteLayer } from '../../runtime/flow-layers.ts';
import type { FlowNode } from '../../runtime/flow-units.ts';

const shipped: FlowNode[] = [
  { id: 'a', type: 'tab' },
  { id: 'a1', type: 'inject', z: 'a', wires: [['a2']] },
  { id: 'a2', type: 'debug', z: 'a', wires: [] },
  { id: 'base', type: 'ui_base' },
];
const installed = new Set(['inject', 'debug', 'ui_base']);

function check(nodes: FlowNode[], layer: Partial<SiteLayer> = {}) {
  const site = { ...emptyLayer, ...layer, nodes };
  return checkFlows({ shipped, site, knows: (type) => installed.has(type) });
}

describe('the check before the start', () => {
  it('lets good flows through', () => {
    const { flows, quarantined, dangling } = check([
      { id: 'mine', type: 'tab' },
      { id: 'm1', type: 'debug', z: 'mine', wires: [] },
      { id: 'sub', type: 'subflow' },
      { id: 'm2', type: 'subflow:sub', z: 'mine', wires: [] },
      { id: 'm3', type: 'group', z: 'mine', nodes: [] },
    ]);
    assert.equal(flows.length, shipped.length + 5);
    assert.deepEqual([quarantined, dangling], [[], []]);
  });

  it('sets a node of an unknown type aside and keeps the rest, on a disabled tab too', () => {
    const { flows, quarantined, dangling } = check([
      { id: 'mine', type: 'tab', disabled: true },
      { id: 'm1', type: 'inject', z: 'mine', wires: [['m2']] },
      { id: 'm2', type: 'from-a-lost-palette', z: 'mine', wires: [] },
      { id: 'm3', type: 'subflow:gone', z: 'mine', wires: [] },
    ]);
    assert.deepEqual(
      quarantined.map(({ reason, node }) => [reason, node.id]),
      [
        ['unknown_type', 'm2'],
        ['unknown_type', 'm3'],
      ],
    );
    assert.ok(flows.some(({ id }) => id === 'm1'));
    assert.deepEqual(dangling, [{ from: 'm1', to: 'm2' }]);
  });

  it('sets aside an id that is taken and a second dashboard', () => {
    const { quarantined } = check([
      { id: 'mine', type: 'tab' },
      { id: 'a2', type: 'debug', z: 'mine', wires: [] },
      { id: 'base2', type: 'ui_base' },
    ]);
    assert.deepEqual(
      quarantined.map(({ reason, node }) => [reason, node.id]),
      [
        ['duplicate_id', 'a2'],
        ['second_ui_base', 'base2'],
      ],
    );
  });

  it("takes the site's own copy of a shipped unit for no duplicate", () => {
    const copy = shipped.filter(({ id, z }) => id === 'a' || z === 'a');
    assert.deepEqual(check(copy).quarantined, []);
    assert.deepEqual(check([{ id: 'base', type: 'ui_base', name: 'mine' }]).quarantined, []);
  });

  it('refuses shipped flows that cannot run', () => {
    const knows = (type: string) => type !== 'debug' && installed.has(type);
    const refused = (error: unknown) =>
      error instanceof SolthriveError && /unknown type debug/.test(error.message);
    assert.throws(() => checkFlows({ shipped, site: emptyLayer, knows }), refused);
    const twice = [...shipped, { id: 'a1', type: 'inject', z: 'a' }];
    assert.throws(
      () => checkFlows({ shipped: twice, site: emptyLayer, knows: () => true }),
      /duplicate id a1/,
    );
  });
});
