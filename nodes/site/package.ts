/** Which release this is and where its files are, whether it runs from sources or from `dist/`. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `package.json`, `config/` and `flows/`. */
export const packageRoot: string = rootAbove(dirname(fileURLToPath(import.meta.url)));

export const packageVersion: string = readVersion();

/** The shipped configuration. */
export const shippedConfig: string = join(packageRoot, 'config');

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('no package.json above nodes/site');
  return rootAbove(parent);
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
