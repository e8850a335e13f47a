/** The few forms of JSON Schema (2020-12) that our bodies are described in. */
export type JsonSchema = { readonly [key: string]: unknown };

export const text: JsonSchema = { type: 'string' };
export const number: JsonSchema = { type: 'number' };
export const count: JsonSchema = { type: 'integer', minimum: 0 };
export const yes: JsonSchema = { const: true };
export const flag: JsonSchema = { type: 'boolean' };
export const date: JsonSchema = { type: 'string', format: 'date' };
/** ISO 8601, with `Z` or the site's offset. */
export const time: JsonSchema = { type: 'string', format: 'date-time' };

/** Not known now. */
export function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}

export function oneOf(...values: readonly (string | null)[]): JsonSchema {
  return { enum: values };
}

export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** By a name that the site chose. */
export function byName(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values };
}

export function refTo(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

export function described(description: string, schema: JsonSchema): JsonSchema {
  return { description, ...schema };
}

/** Exactly these keys; a name that ends in `?` may be left out. */
export function object(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const entries = Object.entries(properties);
  return {
    type: 'object',
    properties: Object.fromEntries(
      entries.map(([name, schema]) => [name.replace(/\?$/, ''), schema]),
    ),
    required: entries.map(([name]) => name).filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
}
