/** A release with flows of the test's own: the built program beside other `flows/`. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, temporaryFolder } from './appliance.ts';

export function makeRelease(flows: Record<string, object[]>): string {
  const folder = temporaryFolder();
  for (const name of ['dist', 'config', 'package.json', 'settings.js']) {
    cpSync(join(CHECKOUT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'flows'));
  for (const [name, nodes] of Object.entries(flows)) {
    writeFileSync(join(folder, 'flows', name), JSON.stringify(nodes, null, 2));
  }
  return folder;
}
