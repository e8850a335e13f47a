/** Which keys the schema knows at a place, for those who wrote another one. */
import { z } from 'zod';
import { siteConfigSchema } from './schema.ts';
import { formatPath, type Path } from './tree.ts';

/** The part of JSON Schema that zod makes of ours. */
export interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  /** Ours: nothing in this release acts on it. */
  inForce?: false;
}

/** The schema of what a person writes (defaults may be left out), as JSON Schema 2020-12. */
export function configJsonSchema(): JsonSchema {
  made ??= marked(z.toJSONSchema(siteConfigSchema, { io: 'input' }) as JsonSchema);
  return made;
}

/** Made when first asked for: it takes some milliseconds. */
let made: JsonSchema | undefined;

/** What is marked as not in force says so wherever its description is read, and so does all below it. */
function marked(schema: JsonSchema, isIdle = false): JsonSchema {
  const idle = isIdle || schema.inForce === false;
  const below = Object.entries(schema.properties ?? {});
  return {
    ...schema,
    ...(idle && { inForce: false, description: `*Not in force yet.* ${schema.description ?? ''}` }),
    ...(below.length > 0 && {
      properties: Object.fromEntries(below.map(([key, child]) => [key, marked(child, idle)])),
    }),
  };
}

/** The keys a map may have at a path, given the configuration it is in. */
export function knownKeys(root: JsonSchema, path: Path, config: unknown): string[] {
  let schemas = alternatives(root, config);
  let value = config;
  for (const step of path) {
    value = childOf(value, step);
    schemas = schemas
      .flatMap(
        (schema) => (typeof step === 'number' ? schema.items : schema.properties?.[step]) ?? [],
      )
      .flatMap((schema) => alternatives(schema, value));
  }
  return [...new Set(schemas.flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** Dotted paths of all keys that are called `name`, wherever they belong. */
export function pathsOf(root: JsonSchema, name: string, at: Path = []): string[] {
  return Object.entries(root.properties ?? {}).flatMap(([key, schema]) => {
    const path = [...at, key];
    return [...(key === name ? [formatPath(path)] : []), ...pathsOf(schema, name, path)];
  });
}

/** The schemas of a union that a value may be meant by: those whose fixed keys it does not deny. */
function alternatives(schema: JsonSchema, value: unknown): JsonSchema[] {
  const options = schema.oneOf ?? schema.anyOf ?? [schema];
  const meant = options.filter((option) =>
    Object.entries(option.properties ?? {}).every(([key, { const: fixed, default: usual }]) => {
      const written = childOf(value, key) ?? usual;
      return fixed === undefined || written === fixed;
    }),
  );
  return meant.length > 0 ? meant : options;
}

function childOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string | number, unknown>)[step];
}
