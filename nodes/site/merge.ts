/**
 * How one layer of configuration lies over another: maps merge by key, lists whose items have an
 * `id` merge by `id`, anything else is replaced by what is on top.
 */
import type { ListTree, MapTree, Tree } from './tree.ts';

/** `upper` over `lower`. Changes neither. */
export function merge(lower: Tree, upper: Tree): Tree {
  if (lower.kind === 'map' && upper.kind === 'map') return mergeMaps(lower, upper);
  if (lower.kind === 'list' && upper.kind === 'list' && hasIds(lower) && hasIds(upper)) {
    return mergeById(lower, upper);
  }
  return upper;
}

function mergeMaps(lower: MapTree, upper: MapTree): MapTree {
  const entries = new Map(lower.entries);
  for (const [key, above] of upper.entries) {
    const below = entries.get(key);
    const value = below === undefined ? above.value : merge(below.value, above.value);
    entries.set(key, { key: above.key, value });
  }
  return { ...upper, entries };
}

/**
 * Items keep the lower list's order; new ones follow. Of two items with one id in a single list only
 * the first is merged: both stay, so that the mistake is seen and told.
 */
function mergeById(lower: ListTree, upper: ListTree): ListTree {
  const fresh = [...upper.items];
  const merged = lower.items.map((below) => {
    const match = fresh.findIndex((above) => idOf(above) === idOf(below));
    const [above] = match < 0 ? [] : fresh.splice(match, 1);
    return above === undefined ? below : merge(below, above);
  });
  return { ...upper, items: [...merged, ...fresh] };
}

/** An empty list has no items with an id: `meters: []` takes all meters away. */
function hasIds(list: ListTree): boolean {
  return list.items.length > 0 && list.items.every((item) => idOf(item) !== undefined);
}

function idOf(item: Tree): unknown {
  const id = item.kind === 'map' ? item.entries.get('id')?.value : undefined;
  return id?.kind === 'scalar' && id.value !== null ? id.value : undefined;
}
