/** How this appliance knows its own people: the token that opens its private pages. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './atomic-file.ts';
import type { SitePaths } from './config.ts';

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
