/** Asks the running service over its control socket. */
import { request } from 'node:http';
import { join } from 'node:path';

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

/**
 * @param run  the run folder, which holds `control.sock`
 * @throws the system's error where no service listens (ENOENT, ECONNREFUSED) or it may not be asked
 *   (EACCES); a SyntaxError where the answer is not JSON
 */
export function askService(run: string, { method, path, body }: Question): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  // One call, one connection: a kept one may belong to a service that is gone.
  const call = request({ socketPath: join(run, 'control.sock'), method, path, agent: false });
  call.setTimeout(PATIENCE_MS, () => call.destroy(new Error(`${path}: ${PATIENCE_MS} ms`)));
  call.on('error', reject);
  call.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('error', reject);
    response.on('data', (part: string) => {
      text += part;
    });
    response.on('end', () => {
      try {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown });
      } catch (thrown) {
        reject(thrown);
      }
    });
  });
  call.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

/** True when an error of `askService` means that the service does not run. */
export function isNotRunning(thrown: unknown): boolean {
  const code = (thrown as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}
