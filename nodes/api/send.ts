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
      if (response.destroyed || !(await written(response, text, clock))) {
        response.destroy();
        return;
      }
    }
    response.end();
  } catch {
    // Its status is already gone: a body that is cut short is all that can still be told.
    response.destroy();
  }
}

/** Waits until the text is in the client's hands, or the kernel's; false when it takes nothing more. */
async function written(response: ServerResponse, text: Uint8Array, clock: Clock): Promise<boolean> {
  const over = new AbortController();
  const { signal } = over;
  const patience = pause(clock, PATIENCE_MS, signal).then(() => false);
  const gone = once(response, 'close', { signal }).then(() => false);
  const taken = new Promise<boolean>((resolve) => {
    response.write(text, (error) => resolve(!error));
  });
  try {
    return await Promise.race([taken, gone, patience]);
  } finally {
    over.abort();
    await gone.catch(() => undefined);
  }
}
