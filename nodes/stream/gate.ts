/** Decides whether a request to open `/ws` may pass, and words the refusal where it may not. */
import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, SolthriveError } from '../site/errors.ts';
import { isOwnHost, isOwnOrigin, type OwnHosts } from '../site/hosts.ts';

const STREAM_PATH = '/ws';

const REFUSAL: Partial<Record<ErrorCode, string>> = {
  foreign_host: '421 Misdirected Request',
  foreign_origin: '403 Forbidden',
  too_many_connections: '429 Too Many Requests',
};

export interface Visitor {
  headers: IncomingHttpHeaders;
  /** Live connections that its address has already. */
  connections: number;
}

/** True for the path of the stream, with or without a query. */
export function isStreamPath(url: string | undefined): boolean {
  return url?.split('?', 1)[0] === STREAM_PATH;
}

/** Why a visitor may not come in; null when it may. */
export function refuse(visitor: Visitor, own: OwnHosts, limit: number): SolthriveError | null {
  const { host, origin } = visitor.headers;
  if (!isOwnHost(host, own)) return new SolthriveError('foreign_host', { host: host ?? '' });
  if (!isOwnOrigin(origin, host, own)) {
    return new SolthriveError('foreign_origin', { origin: origin ?? '' });
  }
  return visitor.connections >= limit
    ? new SolthriveError('too_many_connections', { limit })
    : null;
}

/** The whole HTTP answer to an upgrade that is refused. */
export function refusal(error: SolthriveError): string {
  const body = JSON.stringify(error.toBody());
  return [
    `HTTP/1.1 ${REFUSAL[error.code] ?? '400 Bad Request'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

/** One name for one peer: IPv4 arrives as `::ffff:192.168.1.9` where the server listens on both. */
export function addressOf(remoteAddress: string | undefined): string {
  return (remoteAddress ?? '').replace(/^::ffff:/i, '');
}
