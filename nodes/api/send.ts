/** Writes a reply to its socket, no faster than the client takes it. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Clock, pause } from '../site/clock.ts';
import type { ApiReply } from './reply.ts';

/** A client that takes nothing for so long does not come back. */
const PATIENCE_MS = 30_000;

/** @param head  the answer to HEAD: all but the body */
export async function send(
  response: ServerResponse,
  { status, headers, body }: ApiReply,
  { head, clock }: { head: boolean; clock: Clock },
): Promise<void> {
  response.removeHeader('X-Powered-By');
  if (Buffer.isBuffer(body)) {
    response.writeHead(status, { ...headers, 'Content-Length': body.length });
    response.end(head ? undefined : body);
    return;
  }
  response.writeHead(status, headers);
  if (head) {
    response.end();
    return;
  }
  try {
    for await (const text of body) {
      if (response.destroyed) return;
      if (!response.write(text) && !(await drained(response, clock))) response.destroy();
    }
    response.end();
  } catch {
    // Its status is already gone: a body that is cut short is all that can still be told.
    response.destroy();
  }
}

/** False when the client takes nothing more. */
async function drained(response: ServerResponse, clock: Clock): Promise<boolean> {
  const over = new AbortController();
  const { signal } = over;
  const patience = pause(clock, PATIENCE_MS, signal).then(() => false);
  const drain = once(response, 'drain', { signal }).then(() => true);
  const gone = once(response, 'close', { signal }).then(() => false);
  try {
    return await Promise.race([drain, gone, patience]);
  } finally {
    over.abort();
    await Promise.allSettled([drain, gone]);
  }
}
