/** What `/api` answers to which path, and who is let in. It knows no sockets. */

import { readParams } from '../history/params.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import type { Claim } from './auth.ts';
import { debug } from './debug.ts';
import { device } from './device.ts';
import { openApi } from './openapi.ts';
import { dailySummary, history } from './past.ts';
import { type ApiReply, failure, json, success } from './reply.ts';
import type { ApiState } from './state.ts';
import { ROUTES, type RoutePath } from './table.ts';

export interface ApiRequest extends Omit<Claim, 'path'> {
  method: string;
  /** Below `/api`: `/latest`. */
  path: string;
  search: URLSearchParams;
  /** Each `If-None-Match`, joined; null where there is none. */
  ifNoneMatch: string | null;
  /** Aborted when the answer is complete, or the client went away. */
  signal: AbortSignal;
}

/** Its name is known, its token right and its parameters are those of the table. */
type Handler = (request: ApiRequest, state: ApiState) => Promise<ApiReply> | ApiReply;

const HANDLERS: Record<RoutePath, Handler> = {
  '/latest': latest,
  '/health': (_request, state) => health(state),
  '/system': system,
  '/history': history,
  '/daily_summary': dailySummary,
  '/device': device,
  '/debug': debug,
  '/openapi.json': (_request, { version }) => success(json(openApi(version))),
};

/** Names under which people put a token into an address. */
const TOKEN_NAMES = ['token', 'access_token', 'api_key', 'apikey'];

/**
 * @param state null where no API node is in the flows
 * @returns always an answer: errors are bodies of `{ error: { code, message, hint, param? } }`
 */
export async function answer(request: ApiRequest, state: ApiState | null): Promise<ApiReply> {
  try {
    return await respond(request, state);
  } catch (thrown) {
    if (thrown instanceof SolthriveError) return failure(thrown);
    return failure(new SolthriveError('history_failed', { what: asError(thrown).message }, thrown));
  }
}

function respond(request: ApiRequest, state: ApiState | null): Promise<ApiReply> | ApiReply {
  const { method, search, address, authorization } = request;
  const path = `/api${request.path}`;
  const route = ROUTES.find((known) => known.path === request.path);
  if (!route) throw new SolthriveError('not_found', { path });
  if (method !== 'GET' && method !== 'HEAD') {
    throw new SolthriveError('method_not_allowed', { path, method });
  }
  if (TOKEN_NAMES.some((name) => search.has(name))) {
    throw new SolthriveError('token_in_url');
  }
  if (state === null) {
    if (route.path === '/health') return health(null);
    throw new SolthriveError('no_data');
  }
  if (route.token) state.gate.admit({ path, address, authorization });
  readParams(search, route.params);
  return HANDLERS[route.path](request, state);
}

function latest(_request: ApiRequest, state: ApiState): ApiReply {
  const body = state.snapshotJson();
  if (body === null) throw new SolthriveError('no_data');
  return success(body);
}

/** Always 200: whoever watches must be able to tell "unwell" from "gone". */
function health(state: ApiState | null): ApiReply {
  const report = state?.health ?? null;
  const stalled = state?.stalled ?? true;
  const status = report?.status ?? 'degraded';
  return success(
    json({
      status: stalled && status === 'ok' ? 'degraded' : status,
      modbus_status: report?.modbus_status ?? 'none',
      api_status: stalled ? 'stalled' : 'ok',
      storage: report?.storage ?? 'unknown',
      last_snapshot_age_sec: state?.measuredAgeS() ?? null,
      errors: report?.errors ?? [],
      faults: report?.faults ?? [],
      version: state?.version ?? null,
      ...(state?.simulated ? { simulated: true } : {}),
    }),
  );
}

function system(_request: ApiRequest, { health: report }: ApiState): ApiReply {
  if (report === null) throw new SolthriveError('no_data');
  return success(json(report.system));
}
