/**
 * A machine to start, stop and pull the plug of: systemd in a container, over this machine's own
 * files. What it writes goes to memory and is kept from one start to the next.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from 'mocha';
import { CHECKOUT } from './appliance.ts';
import { missing, requireTool } from './requires.ts';

/** Only what is asked for is started: this machine may have services of its own. */
const TARGET = `[Unit]
Description=The box
Requires=basic.target
After=basic.target
`;

/** Call first in a `before`: it takes root, and a kernel that lets namespaces and overlays be made. */
export async function requireBox(this: Context): Promise<Box> {
  requireTool.call(this, 'systemd-nspawn');
  const box = new Box();
  try {
    box.build();
    await box.on();
    return box;
  } catch (thrown) {
    box.remove();
    return missing.call(this, `container with systemd: ${String(thrown)}`);
  }
}

export class Box {
  readonly #home = mkdtempSync(join(tmpdir(), 'solthrive-box-'));
  #container: ChildProcess | null = null;
  #leader = 0;

  get root(): string {
    return join(this.#home, 'root');
  }

  build(): void {
    run('mount', '-t', 'tmpfs', 'tmpfs', this.#home);
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(this.#home, name));
    const layers = `lowerdir=/,upperdir=${this.#home}/upper,workdir=${this.#home}/work`;
    run('mount', '-t', 'overlay', 'overlay', '-o', layers, this.root);
    this.write('/etc/machine-id', '');
    this.write('/etc/systemd/system/box.target', TARGET);
  }

  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Switches it on; resolves when systemd answers. */
  async on(): Promise<void> {
    this.#container = spawn(
      'systemd-nspawn',
      [
        ...['-D', this.root, '-M', basename(this.#home)],
        ...['--register=no', '--keep-unit', '--console=pipe', '--private-network'],
        `--bind-ro=${process.execPath}:/usr/bin/node`,
        `--bind-ro=${CHECKOUT}:/opt/solthrive/current`,
        ...['--boot', 'systemd.unit=box.target'],
      ],
      { stdio: 'ignore' },
    );
    await this.until('systemd', () => {
      this.#leader = Number(childOf(this.#container?.pid ?? 0));
      return this.#leader > 0 && this.systemctl('is-system-running', '--wait') === 'running';
    });
  }

  /** Pulls the plug. */
  async cutPower(): Promise<void> {
    process.kill(this.#leader, 'SIGKILL');
    await this.#gone();
  }

  async powerOff(): Promise<void> {
    this.systemctl('poweroff');
    await this.#gone();
  }

  async #gone(): Promise<void> {
    if (this.#container?.exitCode === null) await once(this.#container, 'exit');
    this.#container = null;
  }

  /** What `systemctl` says. Its exit code is a part of that. */
  systemctl(...words: string[]): string {
    return this.inside('systemctl', ...words);
  }

  /** What a program prints inside. */
  inside(...command: string[]): string {
    try {
      return run('nsenter', '-t', String(this.#leader), '-a', ...command).trim();
    } catch (failed) {
      return String((failed as { stdout?: string }).stdout).trim();
    }
  }

  /** JSON at a URL inside; null while there is none. */
  json(url: string): unknown {
    const ask = `fetch('${url}').then((a) => a.text()).then(console.log)`;
    try {
      return JSON.parse(this.inside('/usr/bin/node', '-e', ask));
    } catch {
      return null;
    }
  }

  async until(what: string, isTrue: () => boolean, withinMs = 60_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!isTrue()) {
      if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
      await wait(200);
    }
  }

  remove(): void {
    if (this.#leader > 0) killIfThere(this.#leader);
    this.#container?.kill('SIGKILL');
    for (const folder of [this.root, this.#home]) {
      try {
        run('umount', '-l', folder);
      } catch {
        // It was not mounted yet.
      }
    }
    rmSync(this.#home, { recursive: true, force: true });
  }
}

function childOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  } catch {
    return '';
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
