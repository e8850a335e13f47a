/** The real program in a folder of its own, as a child process: what `npm start` runs, on a free port. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** This checkout, with what `npm test` has built. */
export const CHECKOUT = resolve(import.meta.dirname, '../..');

export interface ApplianceOptions {
  /** Configuration files by name: `{ 'meter.yaml': 'meters: []' }`. */
  etc?: Record<string, string>;
  env?: Record<string, string>;
  /** Of the program. */
  args?: string[];
  /** A free one when left out. */
  port?: number;
  /** The folder of an earlier run; a new one when left out. Removed when the tests end. */
  folder?: string;
  /** The release that runs; this checkout when left out. */
  release?: string;
}

export interface Appliance {
  /** Holds etc/, data/ and run/. */
  folder: string;
  port: number;
  url: string;
  pid: number;
  /** Everything it has printed so far. */
  output(): string;
  /** Resolves when `found` likes the JSON at `path`; fails when the program ends or time is up. */
  waitFor(path: string, found: (body: unknown) => boolean, withinMs?: number): Promise<void>;
  /** Resolves when the output matches. */
  prints(pattern: RegExp, withinMs?: number): Promise<void>;
  /** As Ctrl-C does; the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** As a power cut does. */
  kill9(): Promise<void>;
  /** The exit code of a program that ends by itself. */
  ended(): Promise<number | null>;
}

/** Starts the program; whether it is live yet is for `waitFor` to find out. */
export async function startAppliance(options: ApplianceOptions = {}): Promise<Appliance> {
  const folder = options.folder ?? temporaryFolder();
  const port = options.port ?? (await freePort());
  for (const [name, text] of Object.entries(options.etc ?? {})) {
    const file = join(folder, 'etc', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const main = join(options.release ?? CHECKOUT, 'dist', 'runtime', 'main.js');
  const child = spawn(process.execPath, [main, ...(options.args ?? [])], {
    env: { ...process.env, ...foldersIn(folder), SOLTHRIVE_PORT: String(port), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const exit = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }

  async function until(isTrue: () => Promise<boolean> | boolean, what: string, withinMs: number) {
    const deadline = performance.now() + withinMs;
    while (performance.now() < deadline) {
      if (await isTrue()) return;
      if (child.exitCode !== null) throw new Error(`ended before ${what}:\n${output}`);
      await wait(50);
    }
    throw new Error(`not within ${withinMs} ms: ${what}\n${output}`);
  }

  const url = `http://127.0.0.1:${port}`;
  return {
    folder,
    port,
    url,
    pid: child.pid ?? 0,
    output: () => output,
    waitFor: (path, found, withinMs = 30_000) =>
      until(
        async () => {
          const body = await readJson(url + path);
          return body !== undefined && found(body);
        },
        path,
        withinMs,
      ),
    prints: (pattern, withinMs = 30_000) =>
      until(() => pattern.test(output), String(pattern), withinMs),
    async stop(signal = 'SIGINT') {
      child.kill(signal);
      return exit;
    },
    async kill9() {
      child.kill('SIGKILL');
      await exit;
    },
    ended: () => exit,
  };
}

/** The command line itself, called as an installer does, for the appliance in a folder. */
export function command(
  folder: string,
  ...args: string[]
): Promise<{ code: number; text: string; errors: string }> {
  const main = join(CHECKOUT, 'dist', 'cli', 'main.js');
  const env = { ...process.env, ...foldersIn(folder) };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (failed, text, errors) => {
      resolve({ code: Number(failed?.code ?? 0), text, errors });
    });
  });
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A folder that is gone when the tests end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function foldersIn(folder: string): Record<string, string> {
  return {
    SOLTHRIVE_ETC: join(folder, 'etc'),
    SOLTHRIVE_BOOT: join(folder, 'boot', 'config.yaml'),
    SOLTHRIVE_DATA: join(folder, 'data'),
    SOLTHRIVE_RUN: join(folder, 'run'),
  };
}

/** Undefined as long as there is no good answer. */
async function readJson(url: string): Promise<unknown> {
  try {
    const answer = await fetch(url);
    const body = (await answer.json()) as unknown;
    return answer.ok ? body : undefined;
  } catch {
    return undefined;
  }
}
