/**
 * The control socket, over which the command line talks to the running service. Who may open the
 * file (its owner and group) may call; there is no other check.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { asError, SolthriveError, sayWhat } from '../nodes/site/errors.ts';

/**
 * Answers one call with what is to be sent as JSON; with an async iterable for what takes longer: each
 * value is sent as a line by itself, as it comes. Once lines are under way, what is thrown is a line
 * too: `{ error }`, the last.
 */
export type ControlHandler = (body: unknown) => unknown;

/** By method and path: `GET /status`. A `PUT` hands its handler the bytes as they come, as a stream. */
export type ControlRoutes = Record<string, ControlHandler>;

export interface Control {
  close(): Promise<void>;
}

export const CONTROL_SOCKET = 'control.sock';

const LONGEST_BODY = 64 * 1024;

/**
 * @param run  the run folder; a socket that a killed process left there is replaced
 * @throws the system's error where the socket cannot be opened (its path may be too long)
 */
export function openControl(run: string, routes: ControlRoutes): Promise<Control> {
  const file = join(run, CONTROL_SOCKET);
  const server = createServer((request, response) => {
    answer(request, routes).then(
      (value) => (isStream(value) ? replyLines(response, value) : reply(response, 200, value)),
      (thrown) => reply(response, statusOf(thrown), bodyOf(thrown)),
    );
  });
  rmSync(file, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(file, () => {
      chmodSync(file, 0o660);
      resolve({
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function answer(request: IncomingMessage, routes: ControlRoutes): Promise<unknown> {
  const { method = 'GET', url = '/' } = request;
  const handler = Object.hasOwn(routes, `${method} ${url}`)
    ? routes[`${method} ${url}`]
    : undefined;
  if (!handler) throw new SolthriveError('not_found', { path: url });
  return method === 'PUT' ? takeBytes(request, handler) : handler(await readBody(request));
}

/** What a handler leaves is read all the same: who is still sending cannot hear the answer. */
async function takeBytes(request: IncomingMessage, handler: ControlHandler): Promise<unknown> {
  try {
    // However it ends, the connection is needed for the answer.
    return await handler(request.iterator({ destroyOnReturn: false }));
  } finally {
    await finished(request.resume()).catch(() => undefined);
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  // Read to the end all the same: a request that is cut off cannot be answered.
  for await (const chunk of request.setEncoding('utf8')) {
    if (text.length <= LONGEST_BODY) text += chunk;
  }
  if (text.length > LONGEST_BODY)
    throw new SolthriveError('body_invalid', { what: sayWhat('too_long') });
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw new SolthriveError('body_invalid', { what: asError(thrown).message });
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Who called may be gone before the end: what was begun is finished all the same. */
async function replyLines(response: ServerResponse, values: AsyncIterable<unknown>): Promise<void> {
  response.on('error', () => undefined);
  const send = (value: unknown) => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    response.write(`${JSON.stringify(value)}\n`);
  };
  try {
    for await (const value of values) send(value);
    response.end();
  } catch (thrown) {
    if (!response.headersSent) return reply(response, statusOf(thrown), bodyOf(thrown));
    send(bodyOf(thrown));
    response.end();
  }
}

function statusOf(thrown: unknown): number {
  if (!(thrown instanceof SolthriveError)) return 500;
  return thrown.code === 'not_found' || thrown.code === 'unit_unknown' ? 404 : 400;
}

function bodyOf(thrown: unknown): unknown {
  if (thrown instanceof SolthriveError) return thrown.toBody();
  return { error: { code: 'internal', message: asError(thrown).message, hint: '' } };
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}
