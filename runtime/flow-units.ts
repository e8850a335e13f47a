/**
 * What flows are made of, and when two pieces of them mean the same. A unit is what can be edited
 * and restored on its own: a tab, a subflow, or one config node. Where a node stands is not meaning,
 * and a link between two units belongs to neither of them.
 */
import { createHash } from 'node:crypto';

/** A node as Node-RED's flow files hold it. */
export interface FlowNode {
  id: string;
  type: string;
  /** The tab or subflow it is on. */
  z?: string;
  [property: string]: unknown;
}

export interface Unit {
  /** Of the tab, the subflow, or the config node. */
  id: string;
  kind: 'tab' | 'subflow' | 'config';
  nodes: FlowNode[];
}

/** Units by id, in the order in which they first appear. */
export type Units = Map<string, Unit>;

export function splitUnits(flow: readonly FlowNode[]): Units {
  const units: Units = new Map();
  for (const node of flow) {
    if (isContainer(node)) units.set(node.id, { id: node.id, kind: node.type, nodes: [node] });
  }
  for (const node of flow) {
    if (isContainer(node)) continue;
    const home = node.z ? units.get(node.z) : undefined;
    if (home) home.nodes.push(node);
    else units.set(node.id, { id: node.id, kind: 'config', nodes: [node] });
  }
  return units;
}

export function joinUnits(units: Iterable<Unit>): FlowNode[] {
  return [...units].flatMap(({ nodes }) => nodes);
}

/** Stays the same while a unit means the same. */
export function meaningOf(unit: Unit): string {
  const inside = new Set(unit.nodes.map(({ id }) => id));
  const nodes = [...unit.nodes]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((node) => canonical(nodeMeaning(node, inside)));
  return createHash('sha256').update(JSON.stringify(nodes)).digest('hex').slice(0, 16);
}

/** The ends of a node's links that lie outside of its unit, by node. */
export function outerLinks(unit: Unit): Map<string, string[]> {
  const inside = new Set(unit.nodes.map(({ id }) => id));
  const links = new Map<string, string[]>();
  for (const node of unit.nodes) {
    if (Array.isArray(node.links)) {
      links.set(
        node.id,
        node.links.filter((end): end is string => typeof end === 'string' && !inside.has(end)),
      );
    }
  }
  return links;
}

/** What a person calls a unit. */
export function labelOf(unit: Unit): string {
  const [head] = unit.nodes;
  const named = [head?.label, head?.name].find((text) => typeof text === 'string' && text !== '');
  return typeof named === 'string' ? named : unit.id;
}

function isContainer(node: FlowNode): node is FlowNode & { type: 'tab' | 'subflow' } {
  return node.type === 'tab' || node.type === 'subflow';
}

const PLACE = new Set(['x', 'y', 'w', 'h']);
/** The ends of a subflow are drawn too. */
const ENDS = new Set(['in', 'out', 'status']);

function nodeMeaning(node: FlowNode, inside: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name]) => !PLACE.has(name))
      .map(([name, value]) => [name, valueMeaning({ node, name, value, inside })]),
  );
}

interface Property {
  node: FlowNode;
  name: string;
  value: unknown;
  inside: ReadonlySet<string>;
}

function valueMeaning({ node, name, value, inside }: Property): unknown {
  if (name === 'links' && Array.isArray(value))
    return value.filter((end) => inside.has(end)).sort();
  if (node.type === 'group' && name === 'nodes' && Array.isArray(value)) return [...value].sort();
  if (node.type === 'subflow' && ENDS.has(name)) return withoutPlace(value);
  return value;
}

function withoutPlace(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlace);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !PLACE.has(name)));
}

/** The same value with the keys of every object in one order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, canonical(inner)]));
}
