/** Where archives wait to be taken over: whoever brings one may not be who may read or write records. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const HOUR_MS = 3_600_000;

/** `<data>/spool` */
export function spoolFolder(data: string): string {
  return join(data, 'spool');
}

/**
 * Takes an archive in; the job that reads it removes it. What was left by jobs that never came is
 * removed here, an hour later.
 * @returns its name in the spool
 * @throws the system's error
 */
export async function spool(data: string, bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const folder = spoolFolder(data);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `${randomUUID()}.tar.gz`;
  const file = join(folder, name);
  try {
    await pipeline(bytes, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    await giveTo(data, [folder, file]);
  } catch (thrown) {
    await rm(file, { force: true });
    throw thrown;
  }
  await removeOlder(folder, (await stat(file)).mtimeMs - HOUR_MS);
  return name;
}

/** Root spools for whom the records belong to. */
async function giveTo(data: string, paths: string[]): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(data);
  for (const path of paths) await chown(path, uid, gid);
}

async function removeOlder(folder: string, thanMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found !== null && found.mtimeMs < thanMs) await rm(file, { force: true });
  }
}
