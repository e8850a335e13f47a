/** `/api/openapi.json`: the table of routes in the form that other programs read (OpenAPI 3.1). */
import type { Param } from '../history/params.ts';
import type { ErrorCode } from '../site/errors.ts';
import { type JsonSchema, refTo } from './json-schema.ts';
import { ERROR_STATUS } from './reply.ts';
import { SCHEMAS } from './schemas.ts';
import { ROUTES, type Route } from './table.ts';

const EVERYWHERE: readonly ErrorCode[] = ['param_unknown', 'param_twice', 'token_in_url'];
const WITH_TOKEN: readonly ErrorCode[] = [
  'token_missing',
  'token_wrong',
  'too_many_failures',
  'token_unusable',
];

/** @param version  of the release */
export function openApi(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'SolThrive Monitoring',
      version,
      description:
        'Powers are in W, energies in kWh, ratios fractions 0..1. Grid + is import, battery + is discharge. A key is left out where the site has no such thing, and null where the value is not known.',
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(
      ROUTES.map((route) => [`/api${route.path}`, { get: operation(route) }]),
    ),
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The file `token` of the configuration folder. It grants reading only.',
        },
      },
    },
  };
}

function operation(route: Route): object {
  return {
    operationId: route.path.slice(1).replace(/\W+(\w)/g, (_, next: string) => next.toUpperCase()),
    summary: route.summary,
    security: route.token ? [{ token: [] }] : [],
    parameters: route.params.map(parameter),
    responses: {
      200: {
        description: route.summary,
        ...(route.etag && { headers: { ETag: { schema: { type: 'string' } } } }),
        content: {
          'application/json': { schema: bodyOf(route) },
          ...(route.csv && { 'text/csv': { schema: { type: 'string' } } }),
        },
      },
      ...(route.etag && { 304: { description: 'As `If-None-Match` says' } }),
      ...failures([...EVERYWHERE, ...(route.token ? WITH_TOKEN : []), ...route.errors]),
    },
  };
}

function parameter({ name, description, schema }: Param): object {
  return { name, in: 'query', required: false, description, schema };
}

function bodyOf({ body }: Route): JsonSchema {
  const [only, ...others] = body.map(refTo);
  if (only === undefined) return { type: 'object' };
  return others.length === 0 ? only : { oneOf: [only, ...others] };
}

/** By status, with the codes it may have. */
function failures(codes: readonly ErrorCode[]): Record<string, object> {
  const byStatus = Map.groupBy(codes, (code) => String(ERROR_STATUS[code] ?? 500));
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [
      status,
      {
        description: those.join(', '),
        content: { 'application/json': { schema: refTo('Error') } },
      },
    ]),
  );
}
