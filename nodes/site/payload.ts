/** What came over a wire, looked at once at the border of a node. */
import { SolthriveError, sayWhat } from './errors.ts';

/**
 * The payload as what its topic says it is, when it has at least the one key that its kind cannot
 * be without.
 * @throws SolthriveError `message_invalid`
 */
export function payloadAs<T>(kind: string, key: string & keyof T, payload: unknown): T {
  const value = (payload as Partial<T> | null | undefined)?.[key];
  if (value !== undefined && value !== null) return payload as T;
  throw new SolthriveError('message_invalid', { kind, what: sayWhat('missing', { name: key }) });
}
