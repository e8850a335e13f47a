/** A serial cable without the serial: two ptys joined by socat. A pty ignores baud and parity. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PtyPair {
  /** For the appliance. */
  a: string;
  /** For the slave. */
  b: string;
  /** Takes the cable away: both paths vanish, as when a USB adapter is pulled out. */
  unplug(): Promise<void>;
  /** Puts a new cable in place under the same two paths. */
  replug(): Promise<void>;
  /** Ends socat and removes the folder. */
  stop(): Promise<void>;
}

/** Starts socat (see `requires.ts`) and resolves when both ends exist. */
export async function openPtyPair(): Promise<PtyPair> {
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-pty-'));
  const a = join(folder, 'a');
  const b = join(folder, 'b');
  let socat: ChildProcess | null = await joinPtys(a, b);

  const unplug = async () => {
    if (!socat) return;
    const gone = once(socat, 'exit');
    socat.kill();
    socat = null;
    await gone;
  };
  return {
    a,
    b,
    unplug,
    replug: async () => {
      await unplug();
      socat = await joinPtys(a, b);
    },
    stop: async () => {
      await unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function joinPtys(a: string, b: string): Promise<ChildProcess> {
  const end = (path: string) => `pty,raw,echo=0,link=${path}`;
  // -d -d makes socat say "starting data transfer loop" once both ends are there.
  const child = spawn('socat', ['-d', '-d', end(a), end(b)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
    if (String(chunk).includes('starting data transfer loop') && existsSync(a) && existsSync(b)) {
      child.stderr.resume();
      return child;
    }
  }
  throw new Error('socat ended before the pty pair was there');
}
