/** What a field map says of V1's samples, and a line of JSON read by it. */
import { z } from 'zod';
import { isTimeZone } from '../../site/schema-parts.ts';
import { withOffset } from '../calendar.ts';

const fields = z.array(z.string().min(1)).min(1);
const field = z.strictObject({ fields, scale: z.number().default(1) });

export const mapSchema = z.strictObject({
  timestamp: z.strictObject({
    fields,
    unit: z.enum(['auto', 'iso', 's', 'ms']).default('auto'),
    zone: z.string().refine(isTimeZone).default('UTC'),
  }),
  power: z.strictObject({
    solar: field.optional(),
    grid: field.optional(),
    home: field.optional(),
    battery: field.optional(),
  }),
  counters: z
    .strictObject({ solar: field.optional(), import: field.optional(), export: field.optional() })
    .prefault({}),
  ignore: z.array(z.string()).default([]),
});

export type FieldMap = z.output<typeof mapSchema>;

export const POWERS = ['solar', 'grid', 'home', 'battery'] as const;
export type PowerName = (typeof POWERS)[number];
export const COUNTERS = ['solar', 'import', 'export'] as const;
export type CounterName = (typeof COUNTERS)[number];

export interface Sample {
  ms: number;
  /** W; null where the field has no number in it, left out where there is no such field. */
  powers: Partial<Record<PowerName, number | null>>;
  /** kWh; likewise. */
  counters: Partial<Record<CounterName, number | null>>;
}

/**
 * A line as a sample.
 * @param unknown  is told each field that the map does not name
 * @returns null where it is no JSON object or has no time
 */
export function readSample(
  line: string,
  map: FieldMap,
  unknown: (field: string) => void,
): Sample | null {
  const values = flatten(parsed(line));
  if (values === null) return null;
  const ms = timeOf(first(values, map.timestamp.fields), map.timestamp);
  if (ms === null) return null;
  for (const name of values.keys()) if (!isNamed(map, name)) unknown(name);
  return { ms, powers: numbers(values, map.power), counters: numbers(values, map.counters) };
}

type Values = ReadonlyMap<string, unknown>;

function numbers<K extends string>(
  values: Values,
  wanted: { [N in K]?: z.output<typeof field> | undefined },
): Partial<Record<K, number | null>> {
  const found: Partial<Record<K, number | null>> = {};
  for (const name of Object.keys(wanted) as K[]) {
    const of = wanted[name];
    if (!of?.fields.some((field) => values.has(field))) continue;
    const value = first(values, of.fields);
    found[name] = typeof value === 'number' ? value * of.scale : null;
  }
  return found;
}

function first(values: Values, names: readonly string[]): unknown {
  return values.get(names.find((name) => values.get(name) != null) ?? '');
}

const named = new WeakMap<FieldMap, Set<string>>();

/** Whether the map, or what it ignores, has a field or the group it is in. */
function isNamed(map: FieldMap, name: string): boolean {
  const known = named.get(map) ?? new Set(namesOf(map));
  named.set(map, known);
  const groups = name.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));
  return groups.some((group) => known.has(group));
}

function namesOf({ timestamp, power, counters, ignore }: FieldMap): string[] {
  const used = [...Object.values(power), ...Object.values(counters)];
  return [...timestamp.fields, ...used.flatMap((of) => of?.fields ?? []), ...ignore];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** `grid.power_w` for a field in a group; null for what is no object. */
function flatten(value: unknown): Map<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const values = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    const below = flatten(item);
    if (below === null) values.set(key, item);
    else for (const [name, inner] of below) values.set(`${key}.${name}`, inner);
  }
  return values;
}

/** From here on a number counts milliseconds: in seconds it would be the year 5138. */
const LEAST_MS = 1e11;

function timeOf(value: unknown, { unit, zone }: FieldMap['timestamp']): number | null {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number) && unit !== 'iso') {
    const isMs = unit === 'ms' || (unit === 'auto' && number >= LEAST_MS);
    return Math.round(isMs ? number : number * 1000);
  }
  if (typeof value !== 'string' || unit === 's' || unit === 'ms') return null;
  return isoInstant(value.trim().replace(' ', 'T'), zone);
}

function isoInstant(text: string, zone: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return null;
  if (/(Z|[+-]\d\d:?\d\d)$/i.test(text)) return numberOr(Date.parse(text));
  const local = numberOr(Date.parse(`${text}Z`));
  if (local === null) return null;
  // The offset at the time itself, not at what it would be in UTC: twice is enough.
  return local - offsetMs(local - offsetMs(local, zone), zone);
}

function offsetMs(ms: number, zone: string): number {
  return Date.parse(`${withOffset(ms, zone).slice(0, 19)}Z`) - Math.floor(ms / 1000) * 1000;
}

function numberOr(ms: number): number | null {
  return Number.isNaN(ms) ? null : ms;
}
