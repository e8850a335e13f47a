/**
 * Cuts the power of a small real disk while a program writes to it, at each of its system calls in
 * turn. `strace` kills the program just before the k-th call of a kind; the file system is then shut
 * down with its journal flushed but not its data, which is what finds a missing flush: a kill alone
 * never does. One file system, no torn sectors.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { missing, requireTool } from './requires.ts';

/** Data may reach the disk in any order: the least that a file system promises. */
const HARSH = 'data=writeback,noauto_da_alloc';

/** Call first in a `before`: a disk needs root and loop devices, a sweep `strace` and `xfs_io`. */
export function requireDisk(this: Context): void {
  for (const tool of ['mkfs.ext4', 'xfs_io', 'strace'] as const) requireTool.call(this, tool);
  try {
    new LoopDisk().remove();
  } catch {
    missing.call(this, 'disk image that can be mounted (root and loop devices)');
  }
}

export interface LoopDiskOptions {
  megabytes?: number;
  /** For `mkfs.ext4`. */
  make?: string[];
  /** For `mount -o`. */
  mount?: string;
}

/** An ext4 disk in a file. */
export class LoopDisk {
  /** Where it is mounted. */
  readonly folder: string;
  readonly #home: string;
  readonly #image: string;
  readonly #mount: string;
  #mounted = false;

  constructor({ megabytes = 8, make = [], mount = HARSH }: LoopDiskOptions = {}) {
    this.#home = mkdtempSync(join(tmpdir(), 'solthrive-disk-'));
    this.#image = join(this.#home, 'image');
    this.folder = join(this.#home, 'disk');
    this.#mount = mount;
    mkdirSync(this.folder);
    writeFileSync(this.#image, '');
    truncateSync(this.#image, megabytes * 1024 * 1024);
    try {
      run('mkfs.ext4', '-q', '-F', '-m', '0', ...make, this.#image);
      this.mount();
    } catch (failed) {
      this.remove();
      throw failed;
    }
  }

  mount(): void {
    run('mount', '-o', `loop,${this.#mount}`, this.#image, this.folder);
    this.#mounted = true;
  }

  unmount(): void {
    if (this.#mounted) run('umount', this.folder);
    this.#mounted = false;
  }

  remount(mode: 'ro' | 'rw'): void {
    run('mount', '-o', `remount,${mode}`, this.folder);
  }

  /** Takes all the room there is, to the last byte. */
  fill(file: string): void {
    const handle = openSync(file, 'w');
    try {
      for (const size of [65_536, 1_024, 1]) {
        try {
          for (;;) writeSync(handle, Buffer.alloc(size));
        } catch (thrown) {
          if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
        }
      }
    } finally {
      closeSync(handle);
    }
  }

  /** Everything on it as it is now, to come back to. */
  keep(): void {
    this.unmount();
    copyFileSync(this.#image, `${this.#image}.kept`);
    this.mount();
  }

  back(): void {
    this.unmount();
    copyFileSync(`${this.#image}.kept`, this.#image);
    this.mount();
  }

  /** The power goes, and comes again. */
  cutPower(): void {
    run('xfs_io', '-x', '-c', 'shutdown -f', this.folder);
    this.unmount();
    this.mount();
  }

  remove(): void {
    this.unmount();
    rmSync(this.#home, { recursive: true });
  }
}

/** A program that is cut short. */
export interface Victim {
  /** A TypeScript file; its first argument is the folder it works in. */
  script: string;
  args?: string[];
  /** Makes what is on the disk before it starts. */
  prepare: (folder: string) => void | Promise<void>;
  /** What is wrong after the power is back, given the lines that the program had printed. */
  check: (folder: string, said: string[]) => Promise<string[]>;
}

export interface SweepResult {
  /** By kind of call, how many were cut before. */
  cuts: Record<string, number>;
  violations: string[];
}

/**
 * Every call that changes a disk. A cut before one that does not (a read, a close, one that fails) is
 * the same as a cut before the next that does.
 */
const KINDS = [
  ...['openat', 'mkdir', 'mkdirat', 'write', 'writev', 'pwrite64', 'pwritev', 'ftruncate'],
  ...['fdatasync', 'fsync', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat'],
];

/**
 * Cuts the power before each call of the victim's that changes its folder, and once after the last.
 * @param kinds  only calls of these kinds
 */
export async function sweep(victim: Victim, kinds: string[] = KINDS): Promise<SweepResult> {
  const disk = new LoopDisk();
  const result: SweepResult = { cuts: {}, violations: [] };
  const note = async (point: string, said: string[]) => {
    disk.cutPower();
    // What cannot even be looked at is wrong as well.
    const found = await victim.check(disk.folder, said).catch((thrown) => [String(thrown)]);
    result.violations.push(...found.map((what) => `${point}: ${what}`));
  };
  try {
    await victim.prepare(disk.folder);
    disk.keep();
    const whole = rehearse(victim, disk.folder);
    await note('at the end', whole.said);
    for (const kind of kinds.filter((each) => whole.calls.has(each))) {
      const calls = [...(whole.calls.get(kind) ?? [])].sort((a, b) => a - b);
      for (const at of calls) {
        disk.back();
        await note(`${kind} ${at}`, killed(victim, disk.folder, { kind, at, paths: whole.paths }));
      }
      result.cuts[kind] = calls.length;
    }
    return result;
  } finally {
    disk.remove();
  }
}

const changesNothing = /openat\(.*O_RDONLY(?!.*O_CREAT)|= -1 E/;

interface Rehearsal {
  said: string[];
  /** By kind, which of a thread's calls may change something: they are counted by thread. */
  calls: Map<string, Set<number>>;
  /** All that they were about. */
  paths: string[];
}

/** Lets the victim live to its end, to learn what there is to cut. */
function rehearse(victim: Victim, folder: string): Rehearsal {
  const log = join(folder, '..', 'calls');
  // -y names the file behind each descriptor.
  const kinds = KINDS.map((kind) => `?${kind}`).join();
  const options = ['-y', '-o', log, '-e', `trace=${kinds}`];
  const { stdout, status, stderr } = strace(victim, folder, options);
  if (status !== 0) throw new Error(`${victim.script} ended with ${status}: ${stderr}`);
  const byThread = new Map<string, number>();
  const calls = new Map<string, Set<number>>();
  const paths = new Set<string>([folder]);
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [, thread, kind] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    const found = [...line.matchAll(/["<]([^"<>]*)[">]/g)].map((match) => match[1] ?? '');
    const own = found.filter((path) => path === folder || path.startsWith(`${folder}/`));
    if (kind === undefined || own.length === 0) continue;
    for (const path of own) paths.add(path);
    const key = `${thread} ${kind}`;
    const at = (byThread.get(key) ?? 0) + 1;
    byThread.set(key, at);
    if (!changesNothing.test(line)) calls.set(kind, (calls.get(kind) ?? new Set()).add(at));
  }
  return { said: linesOf(stdout), calls, paths: [...paths] };
}

interface Point {
  kind: string;
  at: number;
  paths: string[];
}

/** @returns what it had printed before it was killed */
function killed(victim: Victim, folder: string, { kind, at, paths }: Point): string[] {
  const only = paths.flatMap((path) => ['-P', path]);
  // One kind at a time: a count over a set mostly never fires.
  const inject = ['-e', `trace=${kind}`, '-e', `inject=${kind}:signal=SIGKILL:when=${at}`];
  const { stdout, status, signal } = strace(victim, folder, [
    ...only,
    ...inject,
    '-o',
    '/dev/null',
  ]);
  if (signal === 'SIGKILL' || status === 137) return linesOf(stdout);
  throw new Error(`${kind} ${at} of ${victim.script} was not reached (${status ?? signal})`);
}

function strace({ script, args = [] }: Victim, folder: string, options: string[]) {
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', script, folder];
  return spawnSync('strace', ['-f', '-qq', ...options, ...program, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    env: {
      ...process.env,
      // Calls of the file system run in threads: one, so that they come in one order.
      UV_THREADPOOL_SIZE: '1',
      UV_USE_IO_URING: '0',
      // Compiled once for all the starts of a sweep.
      NODE_COMPILE_CACHE: join(folder, '..', 'compiled'),
    },
  });
}

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
