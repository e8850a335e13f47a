import type { ApiRequest } from '../../../nodes/api/routes.ts';
import type { Reader } from '../../../nodes/history/reader.ts';

/** For whoever asks nothing of the past. */
export const noReader: Reader = {
  ask: () => Promise.reject(new Error('nobody was to ask')),
  release: () => Promise.resolve(),
};

/** A request as it comes in: `/history?from=2026-06-01`. */
export function requestFor(url: string, more: Partial<ApiRequest> = {}): ApiRequest {
  const [path = '', query = ''] = url.split('?');
  return {
    method: 'GET',
    path,
    search: new URLSearchParams(query),
    address: '192.168.1.20',
    authorization: [],
    ifNoneMatch: null,
    signal: new AbortController().signal,
    ...more,
  };
}
