/** Asks the running service over its control socket. */
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

export interface Question {
  method: 'GET' | 'POST';
  /** `/status` */
  path: string;
  body?: unknown;
}

export interface Answer {
  status: number;
  body: unknown;
}

const PATIENCE_MS = 10_000;
/** A year of records on an old card may take minutes, and says so only now and then. */
const LONG_PATIENCE_MS = 600_000;

const refusalSchema = z.object({ error: z.object({ message: z.string(), hint: z.string() }) });

/** The service said no, and why. */
export class Refusal extends Error {
  readonly hint: string;

  constructor({ message, hint }: { message: string; hint: string }) {
    super(message);
    this.name = 'Refusal';
    this.hint = hint;
  }
}

/**
 * @param run  the run folder, which holds `control.sock`
 * @throws the system's error where no service listens (ENOENT, ECONNREFUSED) or it may not be asked
 *   (EACCES); a SyntaxError where the answer is not JSON
 */
export async function askService(run: string, question: Question): Promise<Answer> {
  const response = await call(run, question, PATIENCE_MS);
  const body = JSON.parse(await text(response)) as unknown;
  return { status: response.statusCode ?? 0, body };
}

/**
 * Sends bytes, for the service to keep.
 * @throws Refusal, and what `askService` throws
 */
export async function sendBytes(run: string, path: string, bytes: Readable): Promise<unknown> {
  const response = await call(run, { method: 'PUT', path, body: bytes }, LONG_PATIENCE_MS);
  const body = JSON.parse(await text(response)) as unknown;
  const refused = refusalSchema.safeParse(body);
  if (refused.success) throw new Refusal(refused.data.error);
  return body;
}

/**
 * Asks for something that takes longer; each value of the answer is handed on as it comes.
 * @throws Refusal, and what `askService` throws
 */
export async function* askForLines(run: string, question: Question): AsyncGenerator<unknown> {
  const response = await call(run, question, LONG_PATIENCE_MS);
  for await (const line of linesOf(response)) {
    const value = JSON.parse(line) as unknown;
    const refused = refusalSchema.safeParse(value);
    if (refused.success) throw new Refusal(refused.data.error);
    yield value;
  }
}

/** Not `readline`, which ends as if all were well where a connection breaks. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const part of response.setEncoding('utf8')) {
    const lines = `${rest}${part}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function call(
  run: string,
  { method, path, body }: Question | { method: 'PUT'; path: string; body: Readable },
  patienceMs: number,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // One call, one connection: a kept one may belong to a service that is gone.
  const asked = request({ socketPath: join(run, 'control.sock'), method, path, agent: false });
  asked.setTimeout(patienceMs, () => asked.destroy(new Error(`${path}: ${patienceMs} ms`)));
  asked.on('error', reject);
  asked.on('response', resolve);
  if (body instanceof Readable) pipeline(body, asked).catch(reject);
  else asked.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

/** True when an error of `askService` means that the service does not run. */
export function isNotRunning(thrown: unknown): boolean {
  const code = (thrown as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}
