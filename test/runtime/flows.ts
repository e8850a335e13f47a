/** Made-up flows and deploys for property tests: small, but with everything that can be edited. */
import fc from 'fast-check';
import type { FlowNode } from '../../runtime/flow-units.ts';

const TABS = ['a', 'b', 'c'];

/** A few tabs with plain nodes, groups and links between them, a subflow, and config nodes. */
export const shippedFlows: fc.Arbitrary<FlowNode[]> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    links: fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { maxLength: 4 }),
    subflow: fc.boolean(),
  })
  .map(({ sizes, links, subflow }) => {
    const flows: FlowNode[] = sizes.flatMap((size, index) => tab(TABS[index] ?? 'a', size));
    for (const [from, to] of links) {
      if (from < sizes.length && to < sizes.length)
        tie(flows, `${TABS[from]}-out`, `${TABS[to]}-in`);
    }
    if (subflow)
      flows.push({ id: 'sub', type: 'subflow', name: 'Sub', in: [], out: [{ x: 1, y: 2 }] });
    return [...flows, { id: 'base', type: 'ui_base', theme: { name: 'light', dark: false } }];
  });

type Deploy = (shipped: FlowNode[]) => FlowNode[];

const step: fc.Arbitrary<Deploy> = fc.oneof(
  onNode((node) => ({ ...node, x: 7, y: 9 })),
  onNode((node) => ({ ...node, name: 'changed' })),
  onNode((node) => ({ ...node, wires: [] })),
  fc.nat().map(
    (n): Deploy =>
      (flows) => {
        const units = flows.filter(({ z }) => z === undefined);
        const gone = units[n % Math.max(1, units.length)]?.id;
        return flows.filter(({ id, z }) => id !== gone && z !== gone);
      },
  ),
  fc.nat(2).map(
    (n): Deploy =>
      (flows) => {
        const copy = structuredClone(flows).filter(({ id, z }) => id !== 'mine' && z !== 'mine');
        copy.push(...tab('mine', 1));
        tie(copy, `${TABS[n]}-out`, 'mine-in');
        return copy;
      },
  ),
  fc.constant<Deploy>((flows) => {
    const copy = structuredClone(flows);
    for (const node of copy) if (Array.isArray(node.links)) node.links = [];
    return copy;
  }),
  fc.constant<Deploy>((flows) => {
    const heads = flows.filter(({ type }) => type === 'tab').reverse();
    return [...heads, ...flows.filter(({ type }) => type !== 'tab')];
  }),
);

/** What a person did in the editor before pressing Deploy. */
export const deploys: fc.Arbitrary<Deploy> = fc
  .array(step, { maxLength: 5 })
  .map((steps) => (shipped) => steps.reduce((flows, change) => change(flows), shipped));

function onNode(change: (node: FlowNode) => FlowNode): fc.Arbitrary<Deploy> {
  return fc.nat().map(
    (n): Deploy =>
      (flows) => {
        const place = n % Math.max(1, flows.length);
        return flows.map((node, index) => (index === place ? change(node) : node));
      },
  );
}

function tab(id: string, size: number): FlowNode[] {
  const plain = Array.from({ length: size }, (_, n) => ({
    id: `${id}-${n}`,
    type: 'change',
    z: id,
    x: n,
    y: n,
    wires: [[`${id}-out`]],
  }));
  return [
    { id, type: 'tab', label: id },
    { id: `${id}-group`, type: 'group', z: id, nodes: [`${id}-0`], w: 10, h: 10 },
    { id: `${id}-in`, type: 'link in', z: id, links: [], wires: [[`${id}-0`]] },
    { id: `${id}-out`, type: 'link out', z: id, links: [], wires: [] },
    ...plain,
  ];
}

function tie(flows: FlowNode[], from: string, to: string): void {
  const out = flows.find(({ id }) => id === from);
  const end = flows.find(({ id }) => id === to);
  if (!Array.isArray(out?.links) || !Array.isArray(end?.links)) return;
  out.links = [...new Set([...out.links, to])];
  end.links = [...new Set([...end.links, from])];
}
