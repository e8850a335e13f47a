/**
 * Flows in two layers: what the release ships and what the site made of it. Decides what the site's
 * file has to hold so that an untouched unit keeps following the releases; knows nothing of disks.
 */
import {
  type FlowNode,
  joinUnits,
  labelOf,
  meaningOf,
  outerLinks,
  splitUnits,
  type Unit,
  type Units,
} from './flow-units.ts';

/** Why the site has its own copy of a shipped unit. */
export interface Override {
  /** The meaning of the shipped unit that was edited. */
  originHash: string;
  editedAt: string;
  release: string;
}

/** Ends that a site's nodes have tied to a shipped link node, or cut off from it. */
export interface LinkChange {
  added: string[];
  removed: string[];
}

/** The site's own flows, as `<data>/node-red/flows.json` holds them. */
export interface SiteLayer {
  /** Units of the site's own and its copies of shipped ones. */
  nodes: FlowNode[];
  /** Shipped units that are gone here. */
  removed: string[];
  overrides: Record<string, Override>;
  /** By the id of a link node in a unit that follows the release. */
  links: Record<string, LinkChange>;
  /** Ids of units in the order of the editor's tabs; empty where that is the natural one. */
  order: string[];
}

export type UnitState =
  | 'shipped'
  | 'edited'
  /** Edited here, and the release has changed it since. */
  | 'edited_and_changed'
  | 'removed'
  | 'site';

export interface UnitInfo {
  id: string;
  kind: Unit['kind'];
  label: string;
  state: UnitState;
  override?: Override;
}

export const emptyLayer: Readonly<SiteLayer> = {
  nodes: [],
  removed: [],
  overrides: {},
  links: {},
  order: [],
};

/** The flows Node-RED runs: shipped units, the site's copies of them, then the site's own. */
export function mergeLayers(shipped: readonly FlowNode[], site: SiteLayer): FlowNode[] {
  const shippedUnits = splitUnits(shipped);
  const siteUnits = splitUnits(site.nodes);
  const removed = new Set(site.removed);
  const merged: Unit[] = [];
  for (const unit of shippedUnits.values()) {
    const copy = siteUnits.get(unit.id);
    if (copy) merged.push(copy);
    else if (!removed.has(unit.id)) merged.push(withLinks(unit, site.links));
  }
  for (const unit of siteUnits.values()) if (!shippedUnits.has(unit.id)) merged.push(unit);
  return joinUnits(inOrder(merged, site.order));
}

export interface Deploy {
  /** What the editor sent. */
  flows: readonly FlowNode[];
  shipped: readonly FlowNode[];
  /** The site's layer before: it knows since when a unit is edited. */
  before: SiteLayer;
  now: string;
  release: string;
}

/** The site's layer such that `mergeLayers` gives the deployed flows back, and nothing more. */
export function separateLayers({ flows, shipped, before, now, release }: Deploy): SiteLayer {
  const shippedUnits = splitUnits(shipped);
  const copiesBefore = splitUnits(before.nodes);
  const deployed = splitUnits(flows);
  const site: SiteLayer = { nodes: [], removed: [], overrides: {}, links: {}, order: [] };
  for (const unit of deployed.values()) {
    const origin = shippedUnits.get(unit.id);
    if (!origin) {
      site.nodes.push(...unit.nodes);
      continue;
    }
    const originHash = meaningOf(origin);
    if (meaningOf(unit) === originHash) {
      Object.assign(site.links, linkChanges(origin, unit));
      continue;
    }
    site.nodes.push(...unit.nodes);
    const known = before.overrides[unit.id];
    const copy = copiesBefore.get(unit.id);
    const same = copy !== undefined && meaningOf(copy) === meaningOf(unit);
    site.overrides[unit.id] = {
      originHash: known?.originHash ?? originHash,
      release: known?.release ?? release,
      editedAt: (same && known?.editedAt) || now,
    };
  }
  site.removed = [...shippedUnits.keys()].filter((id) => !deployed.has(id));
  site.order = unnaturalOrder(deployed, shippedUnits);
  return site;
}

/** Drops what the site did to one shipped unit. Its own units are left alone. */
export function restoreUnit(site: SiteLayer, id: string, shipped: readonly FlowNode[]): SiteLayer {
  const origin = splitUnits(shipped).get(id);
  if (!origin) return site;
  const { [id]: _, ...overrides } = site.overrides;
  const restored = new Set(origin.nodes.map((node) => node.id));
  const kept = [...splitUnits(site.nodes).values()].filter((unit) => unit.id !== id);
  return {
    ...site,
    // A shipped node that the site moved to a tab of its own comes home with its unit.
    nodes: joinUnits(kept).filter((node) => !restored.has(node.id)),
    removed: site.removed.filter((other) => other !== id),
    overrides,
    links: Object.fromEntries(
      Object.entries(site.links).map(([node, change]) => [
        node,
        restored.has(node) ? { ...change, removed: [] } : change,
      ]),
    ),
  };
}

/** Every unit and what became of it, shipped ones first. */
export function listUnits(shipped: readonly FlowNode[], site: SiteLayer): UnitInfo[] {
  const shippedUnits = splitUnits(shipped);
  const siteUnits = splitUnits(site.nodes);
  const removed = new Set(site.removed);
  const list: UnitInfo[] = [];
  for (const origin of shippedUnits.values()) {
    const copy = siteUnits.get(origin.id);
    const { id, kind } = origin;
    const override = site.overrides[id];
    const label = labelOf(copy ?? origin);
    if (copy) {
      const state = editedState(origin, copy, override);
      list.push({ id, kind, label, state, ...(override ? { override } : {}) });
    } else {
      list.push({ id, kind, label, state: removed.has(id) ? 'removed' : 'shipped' });
    }
  }
  for (const unit of siteUnits.values()) {
    if (shippedUnits.has(unit.id)) continue;
    list.push({ id: unit.id, kind: unit.kind, label: labelOf(unit), state: 'site' });
  }
  return list;
}

function editedState(origin: Unit, copy: Unit, override: Override | undefined): UnitState {
  const hash = meaningOf(origin);
  if (meaningOf(copy) === hash) return 'shipped';
  return override && override.originHash !== hash ? 'edited_and_changed' : 'edited';
}

function withLinks(unit: Unit, changes: SiteLayer['links']): Unit {
  if (!unit.nodes.some(({ id }) => id in changes)) return unit;
  return {
    ...unit,
    nodes: unit.nodes.map((node) => {
      const change = changes[node.id];
      if (!change || !Array.isArray(node.links)) return node;
      const kept = node.links.filter((end) => !change.removed.includes(end));
      return { ...node, links: [...new Set([...kept, ...change.added])] };
    }),
  };
}

function linkChanges(origin: Unit, unit: Unit): SiteLayer['links'] {
  const shipped = outerLinks(origin);
  const changes: SiteLayer['links'] = {};
  for (const [id, ends] of outerLinks(unit)) {
    const had = shipped.get(id) ?? [];
    const added = ends.filter((end) => !had.includes(end));
    const removed = had.filter((end) => !ends.includes(end));
    if (added.length > 0 || removed.length > 0) changes[id] = { added, removed };
  }
  return changes;
}

/** Tabs stand in the order of the file; other units have none that anybody sees. */
function unnaturalOrder(deployed: Units, shipped: Units): string[] {
  const isTab = ({ kind }: Unit) => kind === 'tab';
  const ids = [...deployed.values()].filter(isTab).map(({ id }) => id);
  const natural = [
    ...[...shipped.keys()].filter((id) => ids.includes(id)),
    ...ids.filter((id) => !shipped.has(id)),
  ];
  return ids.every((id, index) => id === natural[index]) ? [] : ids;
}

/** A unit that the order does not know (a new release brought it) stands after those it knows. */
function inOrder(units: readonly Unit[], order: readonly string[]): Unit[] {
  if (order.length === 0) return [...units];
  const place = ({ id }: Unit) => {
    const index = order.indexOf(id);
    return index < 0 ? order.length : index;
  };
  return [...units].sort((a, b) => place(a) - place(b));
}
