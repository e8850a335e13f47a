/** Which system tools a test may count on: missing ones skip it on a desk and fail it in CI. */
import { execFileSync } from 'node:child_process';
import type { Context } from 'mocha';

const PROBES = {
  socat: ['socat', '-V'],
  pymodbus: ['/usr/bin/python3', '-c', 'import pymodbus, serial_asyncio'],
  chromium: ['/usr/bin/chromium', '--version'],
  strace: ['strace', '-V'],
  xfs_io: ['xfs_io', '-V'],
  'mkfs.ext4': ['mkfs.ext4', '-V'],
  'systemd-nspawn': ['systemd-nspawn', '--version'],
  // Asked for its version it says so, and fails.
  mosquitto: ['test', '-x', '/usr/sbin/mosquitto', '-a', '-x', '/usr/bin/mosquitto_sub'],
  faketime: ['faketime', '--version'],
} as const;

export type Tool = keyof typeof PROBES;

const known = new Map<Tool, boolean>();

/** Whether the tool answers on this machine; asked once per process. */
export function hasTool(tool: Tool): boolean {
  let found = known.get(tool);
  if (found === undefined) {
    found = answers(PROBES[tool]);
    known.set(tool, found);
  }
  return found;
}

/** Call first in a `before` or `it`: `requireTool.call(this, 'socat')`. Skips, or throws in CI. */
export function requireTool(this: Context, tool: Tool): void {
  if (!hasTool(tool)) missing.call(this, `${tool} (${PROBES[tool].join(' ')})`);
}

/** For what only some machines have: skips and says so, or throws in CI. */
export function missing(this: Context, what: string): never {
  if (process.env.CI) throw new Error(`CI must provide ${what}`);
  console.warn(`      skipped: there is no ${what} here`);
  return this.skip();
}

function answers([command, ...args]: readonly string[]): boolean {
  if (!command) return false;
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
