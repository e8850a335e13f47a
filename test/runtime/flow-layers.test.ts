import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  emptyLayer,
  listUnits,
  mergeLayers,
  restoreUnit,
  type SiteLayer,
  separateLayers,
} from '../../runtime/flow-layers.ts';
import { type FlowNode, joinUnits, meaningOf, splitUnits } from '../../runtime/flow-units.ts';
import { deploys, shippedFlows } from './flows.ts';

const WHEN = '2026-06-21T12:00:00.000Z';

function save(flows: FlowNode[], shipped: FlowNode[], before: SiteLayer = emptyLayer): SiteLayer {
  return separateLayers({ flows, shipped, before, now: WHEN, release: '2.0.0' });
}

/** What flows mean as a whole: every unit, every link, the order of the tabs. */
function gist(flows: readonly FlowNode[]): unknown {
  const units = [...splitUnits(flows).values()];
  const links = flows
    .filter((node) => Array.isArray(node.links))
    .map(({ id, links: ends }) => [id, [...new Set(ends as string[])].sort()]);
  return {
    units: Object.fromEntries(units.map((unit) => [unit.id, meaningOf(unit)])),
    tabs: units.filter(({ kind }) => kind === 'tab').map(({ id }) => id),
    links: Object.fromEntries(links),
  };
}

describe('flows in layers', () => {
  it('what was saved is what is loaded', () => {
    fc.assert(
      fc.property(shippedFlows, deploys, (shipped, deploy) => {
        const flows = deploy(shipped);
        const site = save(flows, shipped);
        assert.deepEqual(gist(mergeLayers(shipped, site)), gist(flows));
      }),
    );
  });

  it('saving what was loaded changes nothing', () => {
    fc.assert(
      fc.property(shippedFlows, deploys, (shipped, deploy) => {
        const site = save(deploy(shipped), shipped);
        assert.deepEqual(save(mergeLayers(shipped, site), shipped, site), site);
      }),
    );
  });

  it('restoring every unit brings the shipped flows back', () => {
    fc.assert(
      fc.property(shippedFlows, deploys, (shipped, deploy) => {
        let site = save(deploy(shipped), shipped);
        for (const id of splitUnits(shipped).keys()) site = restoreUnit(site, id, shipped);
        const own = new Set(splitUnits(site.nodes).keys());
        for (const id of splitUnits(shipped).keys()) assert.ok(!own.has(id), id);
        const states = listUnits(shipped, site).filter(({ state }) => state !== 'site');
        assert.ok(states.every(({ state }) => state === 'shipped'));
        const before = splitUnits(shipped);
        for (const unit of splitUnits(mergeLayers(shipped, site)).values()) {
          const origin = before.get(unit.id);
          if (origin) assert.equal(meaningOf(unit), meaningOf(origin));
        }
      }),
    );
  });

  it('never touches the shipped nodes it is given', () => {
    fc.assert(
      fc.property(shippedFlows, deploys, (shipped, deploy) => {
        const text = JSON.stringify(shipped);
        const site = save(deploy(shipped), shipped);
        mergeLayers(shipped, site);
        restoreUnit(site, 'a', shipped);
        assert.equal(JSON.stringify(shipped), text);
      }),
    );
  });
});

const tab = (id: string, ...nodes: FlowNode[]): FlowNode[] => [
  { id, type: 'tab', label: id.toUpperCase() },
  ...nodes.map((node) => ({ ...node, z: id })),
];
const shipped = [
  ...tab('a', { id: 'a1', type: 'inject', wires: [['tap']], x: 1, y: 1 }, linkOut('tap', ['b1'])),
  ...tab('b', { id: 'b1', type: 'link in', links: ['tap'], wires: [[]] }),
  { id: 'cfg', type: 'ui_base', theme: { name: 'light' } },
];

function linkOut(id: string, links: string[]): FlowNode {
  return { id, type: 'link out', links, mode: 'link', wires: [] };
}

function edit(flows: FlowNode[], id: string, change: Partial<FlowNode>): FlowNode[] {
  return flows.map((node) => (node.id === id ? { ...node, ...change } : node));
}

describe('what counts as an edit', () => {
  it('a node that was only moved does not', () => {
    assert.deepEqual(save(edit(shipped, 'a1', { x: 300, y: 80 }), shipped), emptyLayer);
  });

  it('the order of keys and of nodes in a tab does not', () => {
    const turned = shipped.map((node) =>
      Object.fromEntries(Object.entries(node).reverse()),
    ) as FlowNode[];
    const units = [...splitUnits(turned).values()].map((unit) => ({
      ...unit,
      nodes: [...unit.nodes.slice(0, 1), ...unit.nodes.slice(1).reverse()],
    }));
    assert.deepEqual(save(joinUnits(units), shipped), emptyLayer);
  });

  it('a wire does, and only its tab is copied', () => {
    const site = save(edit(shipped, 'a1', { wires: [[]] }), shipped);
    assert.deepEqual(new Set(site.nodes.map(({ id }) => id)), new Set(['a', 'a1', 'tap']));
    assert.equal(site.overrides.a?.editedAt, WHEN);
  });

  it('a link to a tab of the site does not, and it holds', () => {
    const own = tab('mine', { id: 'm1', type: 'link in', links: ['tap'], wires: [[]] });
    const site = save([...edit(shipped, 'tap', { links: ['b1', 'm1'] }), ...own], shipped);
    assert.deepEqual(Object.keys(site.overrides), []);
    const tap = mergeLayers(shipped, site).find(({ id }) => id === 'tap');
    assert.deepEqual(tap?.links, ['b1', 'm1']);
  });

  it('a link between shipped tabs that was cut stays cut, until its unit is restored', () => {
    const cut = edit(edit(shipped, 'tap', { links: [] }), 'b1', { links: [] });
    const site = save(cut, shipped);
    assert.deepEqual(site.nodes, []);
    assert.deepEqual(gist(mergeLayers(shipped, site)), gist(cut));
    const restored = restoreUnit(restoreUnit(site, 'a', shipped), 'b', shipped);
    assert.deepEqual(gist(mergeLayers(shipped, restored)), gist(shipped));
  });
});

describe('a new release', () => {
  const newer = edit(shipped, 'b1', { name: 'better' });

  it('reaches the units that nobody touched', () => {
    const site = save(edit(shipped, 'a1', { name: 'mine' }), shipped);
    const merged = mergeLayers(newer, site);
    assert.equal(merged.find(({ id }) => id === 'b1')?.name, 'better');
    assert.equal(merged.find(({ id }) => id === 'a1')?.name, 'mine');
  });

  it('says which edited unit it has changed as well, also after another edit', () => {
    const first = save(edit(shipped, 'b1', { name: 'mine' }), shipped);
    const again = edit(mergeLayers(newer, first), 'b1', { name: 'still mine' });
    const site = separateLayers({
      flows: again,
      shipped: newer,
      before: first,
      now: '2026-07-01T00:00:00.000Z',
      release: '2.1.0',
    });
    const states = listUnits(newer, site).map(({ id, state }) => [id, state]);
    assert.deepEqual(states, [
      ['a', 'shipped'],
      ['b', 'edited_and_changed'],
      ['cfg', 'shipped'],
    ]);
    assert.equal(site.overrides.b?.release, '2.0.0');
  });

  it('brings a tab to a site that has put its tabs in another order', () => {
    const [a, b, cfg] = [...splitUnits(shipped).values()];
    const site = save(joinUnits([b!, a!, cfg!]), shipped);
    const merged = mergeLayers([...shipped, ...tab('c')], site);
    const tabs = merged.filter(({ type }) => type === 'tab').map(({ id }) => id);
    assert.deepEqual(tabs, ['b', 'a', 'c']);
  });

  it('does not bring back what was deleted', () => {
    const site = save(
      shipped.filter((node) => node.id !== 'b' && node.z !== 'b'),
      shipped,
    );
    assert.deepEqual(site.removed, ['b']);
    assert.ok(!mergeLayers(newer, site).some(({ id }) => id === 'b1'));
  });
});

it('a node that was moved to another tab comes home when its tab is restored', () => {
  const moved = [...edit(shipped, 'a1', { z: 'mine' }), ...tab('mine')];
  const site = save(moved, shipped);
  const restored = mergeLayers(shipped, restoreUnit(site, 'a', shipped));
  assert.deepEqual(
    restored.filter(({ id }) => id === 'a1').map(({ z }) => z),
    ['a'],
  );
});
