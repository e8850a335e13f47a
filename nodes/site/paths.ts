/** Which folders an appliance uses: fixed ones when installed, one folder on a desk, else as told. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SitePaths } from './config.ts';
import { packageRoot, shippedConfig } from './package.ts';

/** The environment, as `process.env` gives it. */
export type Environment = Record<string, string | undefined>;

/** An installed appliance, or everything below one folder (a desk, someone's own Node-RED). */
export type SiteMode = { kind: 'appliance' } | { kind: 'folder'; folder: string };

const APPLIANCE_ETC = '/etc/solthrive';

/** Everything in `<root>/.solthrive/`, as `npm start` does. */
export function deskMode(root: string = packageRoot): SiteMode {
  return { kind: 'folder', folder: join(root, '.solthrive') };
}

/**
 * How this very program runs. Installed means: `install.sh` has made /etc/solthrive, and this is not
 * a git checkout, where a developer on an appliance would otherwise work on the real site's files.
 */
export function currentMode(): SiteMode {
  const installed = existsSync(APPLIANCE_ETC) && !existsSync(join(packageRoot, '.git'));
  return installed ? { kind: 'appliance' } : deskMode();
}

/** All folders, absolute. SOLTHRIVE_ETC, _BOOT (a file), _DATA and _RUN each replace one. */
export function sitePaths(env: Environment, mode: SiteMode): SitePaths {
  const own = mode.kind === 'appliance' ? appliancePaths() : folderPaths(resolve(mode.folder));
  const data = chosen(env.SOLTHRIVE_DATA) ?? own.data;
  const boot = chosen(env.SOLTHRIVE_BOOT);
  return {
    etc: chosen(env.SOLTHRIVE_ETC) ?? own.etc,
    boot: boot === undefined ? own.boot : [boot],
    data,
    run: chosen(env.SOLTHRIVE_RUN) ?? own.run,
    records: data,
    shipped: shippedConfig,
  };
}

/**
 * Makes the folders that are not there. The group may look at the configuration and reach the
 * control socket; records and checkpoints are the service's own.
 * @throws the system's error where a folder cannot be made
 */
export function createFolders(paths: SitePaths): void {
  const wanted = [
    { folder: paths.etc, mode: 0o750 },
    { folder: paths.data, mode: 0o700 },
    { folder: paths.records, mode: 0o700 },
    { folder: paths.run, mode: 0o750 },
  ];
  for (const { folder, mode } of wanted) mkdirSync(folder, { recursive: true, mode });
}

type Folders = Pick<SitePaths, 'etc' | 'boot' | 'data' | 'run'>;

function appliancePaths(): Folders {
  return {
    etc: APPLIANCE_ETC,
    // The card's boot partition is /boot/firmware since Debian 12; /boot, where both exist, wins.
    boot: ['/boot/firmware/solthrive/config.yaml', '/boot/solthrive/config.yaml'],
    data: '/var/lib/solthrive',
    run: '/run/solthrive',
  };
}

function folderPaths(folder: string): Folders {
  return {
    etc: join(folder, 'etc'),
    boot: [join(folder, 'boot', 'config.yaml')],
    data: join(folder, 'data'),
    run: join(folder, 'run'),
  };
}

function chosen(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : resolve(value);
}
