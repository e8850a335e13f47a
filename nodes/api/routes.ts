/** What `/api` answers to which path. It knows no sockets. */
import { type ErrorCode, SolthriveError } from '../site/errors.ts';
import type { ApiState } from './state.ts';

export interface ApiRequest {
  method: string;
  /** Below `/api`: `/latest`. */
  path: string;
}

export interface ApiReply {
  status: number;
  headers: Record<string, string>;
  /** To be left out of the answer to HEAD. */
  body: Buffer;
}

type Handler = (state: ApiState | null) => ApiReply;

const HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

const ERROR_STATUS: Partial<Record<ErrorCode, number>> = {
  not_found: 404,
  method_not_allowed: 405,
  no_data: 503,
};

const ROUTES: ReadonlyMap<string, Handler> = new Map([
  ['/latest', latest],
  ['/health', health],
  ['/system', system],
]);

/**
 * @param state null where no API node is in the flows
 * @returns always an answer: errors are bodies of `{ error: { code, message, hint, param? } }`
 */
export function answer({ method, path }: ApiRequest, state: ApiState | null): ApiReply {
  const handler = ROUTES.get(path);
  const params = { path: `/api${path}`, method };
  if (handler === undefined) return failure(new SolthriveError('not_found', params));
  if (method !== 'GET' && method !== 'HEAD') {
    const { headers, ...rest } = failure(new SolthriveError('method_not_allowed', params));
    return { ...rest, headers: { ...headers, Allow: 'GET, HEAD' } };
  }
  return handler(state);
}

function latest(state: ApiState | null): ApiReply {
  const body = state?.snapshotJson() ?? null;
  return body === null ? failure(new SolthriveError('no_data')) : success(body);
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

function system(state: ApiState | null): ApiReply {
  const report = state?.health ?? null;
  return report === null ? failure(new SolthriveError('no_data')) : success(json(report.system));
}

function success(body: Buffer): ApiReply {
  return { status: 200, headers: HEADERS, body };
}

function failure(error: SolthriveError): ApiReply {
  return { status: ERROR_STATUS[error.code] ?? 500, headers: HEADERS, body: json(error.toBody()) };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
