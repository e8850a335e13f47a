/** What goes back over HTTP: bodies, headers, and which status an error of the catalogue has. */
import type { ErrorCode, SolthriveError } from '../site/errors.ts';

export interface ApiReply {
  status: number;
  headers: Record<string, string>;
  /**
   * To be left out of the answer to HEAD. Text that comes bit by bit has no known length, and each bit
   * is good until the next is asked for.
   */
  body: Buffer | AsyncIterable<Uint8Array>;
}

export const JSON_TYPE = 'application/json; charset=utf-8';

const HEADERS = {
  'Content-Type': JSON_TYPE,
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/** All that the API may answer with; what is not here is our own failure. */
export const ERROR_STATUS: Partial<Record<ErrorCode, number>> = {
  param_unknown: 400,
  param_twice: 400,
  param_invalid: 400,
  field_unknown: 400,
  range_invalid: 400,
  too_many_records: 400,
  not_kept: 400,
  token_in_url: 400,
  token_missing: 401,
  token_wrong: 401,
  not_found: 404,
  no_record: 404,
  method_not_allowed: 405,
  too_many_failures: 429,
  history_failed: 500,
  no_data: 503,
  token_unusable: 503,
  busy: 503,
};

export function success(
  body: ApiReply['body'],
  headers: Readonly<Record<string, string>> = {},
): ApiReply {
  return { status: 200, headers: { ...HEADERS, ...headers }, body };
}

export function failure(error: SolthriveError): ApiReply {
  const status = ERROR_STATUS[error.code] ?? 500;
  const { seconds } = error.params;
  return {
    status,
    headers: {
      ...HEADERS,
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer realm="solthrive"' }),
      ...(status === 405 && { Allow: 'GET, HEAD' }),
      ...(typeof seconds === 'number' && { 'Retry-After': String(seconds) }),
    },
    body: json(error.toBody()),
  };
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
