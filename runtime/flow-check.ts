/**
 * The look at all flows before they start. In Node-RED one unknown node type stops every flow, so
 * what the site added and this installation does not know is set aside; the same mistake in the
 * shipped flows is a broken release and refuses to start.
 */
import { SolthriveError, sayWhat } from '../nodes/site/errors.ts';
import type { SiteLayer } from './flow-layers.ts';
import { mergeLayers } from './flow-layers.ts';
import type { FlowNode } from './flow-units.ts';

export type QuarantineReason = 'unknown_type' | 'duplicate_id' | 'second_ui_base';

export interface Quarantined {
  reason: QuarantineReason;
  node: FlowNode;
}

export interface DanglingWire {
  from: string;
  /** The node that is not there. */
  to: string;
}

export interface CheckedFlows {
  flows: FlowNode[];
  quarantined: Quarantined[];
  dangling: DanglingWire[];
}

export interface FlowCheck {
  shipped: readonly FlowNode[];
  site: SiteLayer;
  /** Whether the installation has a node type. */
  knows: (type: string) => boolean;
}

/** Types that Node-RED itself means something by. */
const STRUCTURE = new Set(['tab', 'subflow', 'group']);

/**
 * The flows that may start.
 * @throws SolthriveError `flow_invalid` where the shipped flows cannot be used
 */
export function checkFlows({ shipped, site, knows }: FlowCheck): CheckedFlows {
  refuseBroken(shipped, knows);
  const suspects = findSuspects({ shipped, site, knows });
  const bad = new Set(suspects.map(({ node }) => node));
  const clean = { ...site, nodes: site.nodes.filter((node) => !bad.has(node)) };
  const flows = mergeLayers(shipped, clean);
  return { flows, quarantined: suspects, dangling: danglingWires(flows) };
}

/** Wires that lead nowhere. Node-RED ignores them; whoever drew them does not. */
function danglingWires(flows: readonly FlowNode[]): DanglingWire[] {
  const ids = new Set(flows.map(({ id }) => id));
  return flows.flatMap(({ id, wires }) =>
    (Array.isArray(wires) ? wires.flat() : [])
      .filter((to): to is string => typeof to === 'string' && !ids.has(to))
      .map((to) => ({ from: id, to })),
  );
}

function refuseBroken(shipped: readonly FlowNode[], knows: FlowCheck['knows']): void {
  const seen = new Set<string>();
  const subflows = subflowTypes(shipped);
  for (const { id, type } of shipped) {
    const what = seen.has(id)
      ? sayWhat('flow.duplicate', { id })
      : isKnown(type, subflows, knows)
        ? null
        : sayWhat('flow.unknown_type', { type });
    if (what) throw new SolthriveError('flow_invalid', { file: 'flows/', what });
    seen.add(id);
  }
}

function findSuspects({ shipped, site, knows }: FlowCheck): Quarantined[] {
  const following = mergeLayers(shipped, site).filter((node) => !site.nodes.includes(node));
  const seen = new Set(following.map(({ id }) => id));
  const subflows = subflowTypes([...following, ...site.nodes]);
  let base = following.some(({ type }) => type === 'ui_base');
  const suspects: Quarantined[] = [];
  for (const node of site.nodes) {
    if (!isKnown(node.type, subflows, knows)) suspects.push({ reason: 'unknown_type', node });
    else if (seen.has(node.id)) suspects.push({ reason: 'duplicate_id', node });
    else if (base && node.type === 'ui_base') suspects.push({ reason: 'second_ui_base', node });
    else {
      seen.add(node.id);
      base ||= node.type === 'ui_base';
    }
  }
  return suspects;
}

function subflowTypes(flows: readonly FlowNode[]): ReadonlySet<string> {
  return new Set(flows.filter(({ type }) => type === 'subflow').map(({ id }) => `subflow:${id}`));
}

function isKnown(type: string, subflows: ReadonlySet<string>, knows: FlowCheck['knows']): boolean {
  return STRUCTURE.has(type) || subflows.has(type) || knows(type);
}
