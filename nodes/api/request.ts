/** What of an HTTP request the API looks at. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiRequest } from './routes.ts';

/** @param path  below `/api` */
export function requestOf(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): ApiRequest {
  const over = new AbortController();
  response.once('close', () => over.abort());
  const url = request.url ?? '';
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  return {
    method: request.method ?? 'GET',
    path,
    search: new URLSearchParams(query),
    address: request.socket.remoteAddress ?? '',
    authorization: request.headersDistinct.authorization ?? [],
    ifNoneMatch: request.headers['if-none-match'] ?? null,
    signal: over.signal,
  };
}
