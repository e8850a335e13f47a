/** Lays one piece of YAML over another, as the layers of a site's configuration lie on each other. */

type Piece = Record<string, unknown>;

/**
 * Maps merge by key; lists of what has a name of its own (meters, channels, ...) merge by `id`; any other list or value takes the
 * place of what was there. `null` takes away nothing: it is a value.
 */
export function merged(under: Piece, over: Piece): Piece {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    result[key] = both(result[key], value, NAMED.includes(key));
  }
  return result;
}

/** An `id` in `expect` names a fault, not the item. */
const NAMED = ['meters', 'channels', 'ct_profiles', 'buses', 'profiles'];

function both(under: unknown, over: unknown, isNamed: boolean): unknown {
  if (isPiece(under) && isPiece(over)) return merged(under, over);
  if (isNamed && Array.isArray(under) && Array.isArray(over) && [...under, ...over].every(hasId)) {
    const named = new Map(under.map((item) => [String(item.id), item]));
    for (const item of over) {
      named.set(String(item.id), both(named.get(String(item.id)), item, false));
    }
    return [...named.values()];
  }
  return over;
}

function isPiece(value: unknown): value is Piece {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasId(value: unknown): value is Piece & { id: unknown } {
  return isPiece(value) && value.id !== undefined;
}
