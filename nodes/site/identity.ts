/** Who this appliance is: the token that opens its private pages, and the device's id and serial. */
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from './atomic-file.ts';
import type { SitePaths } from './config.ts';

const identitySchema = z.object({ id: z.uuid(), serial: z.string().min(1) });

/** `id` is random and for ever; `serial` is the board's own where it has one. */
export type Identity = z.output<typeof identitySchema>;

/** Where a Raspberry Pi tells its serial number. */
const BOARD_SERIAL = '/proc/device-tree/serial-number';

/** The one bit for the group that a token file may have: 0640 lets the service's group read it. */
const TOKEN_MODES = 0o640;

export function tokenFile(paths: Pick<SitePaths, 'etc'>): string {
  return join(paths.etc, 'token');
}

/**
 * The token: made on first start (32 random bytes, base64url, mode 0600), then kept. A file that
 * more people may read than its owner and group is tightened.
 * @throws the system's error where it can be neither read nor written
 */
export function ensureToken(paths: Pick<SitePaths, 'etc'>): string {
  const file = tokenFile(paths);
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (kept !== '') {
    if (isTooOpen(file)) chmodSync(file, 0o600);
    return kept;
  }
  const token = randomBytes(32).toString('base64url');
  replaceFile(file, `${token}\n`, 0o600);
  return token;
}

/** True when others than the owner and its group may read a file, or others than the owner write. */
export function isTooOpen(file: string): boolean {
  return (statSync(file).mode & 0o777 & ~TOKEN_MODES) !== 0;
}

/** The device's identity: made on first start, then kept in `<data>/identity.json`. */
export function ensureIdentity(
  paths: Pick<SitePaths, 'data'>,
  boardSerial: string = BOARD_SERIAL,
): Identity {
  const file = join(paths.data, 'identity.json');
  const kept = readIdentity(file);
  if (kept !== null) return kept;
  const id = randomUUID();
  const identity = { id, serial: readBoardSerial(boardSerial) ?? id.slice(0, 8) };
  replaceFile(file, `${JSON.stringify(identity)}\n`, 0o600);
  return identity;
}

function readIdentity(file: string): Identity | null {
  try {
    return identitySchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}

function readBoardSerial(file: string): string | null {
  try {
    // The device tree ends its strings with a zero byte.
    return readFileSync(file, 'utf8').replaceAll('\0', '').trim() || null;
  } catch {
    return null;
  }
}
