/**
 * What a person has had changed in the configuration: one line each in `<data>/changes.jsonl`, and the
 * file as it was before, so that it can be taken back.
 */
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../nodes/site/atomic-file.ts';
import { asError, SolthriveError } from '../nodes/site/errors.ts';

const changeSchema = z.object({
  ts: z.string(),
  /** `history`: the past of an earlier change was corrected; `undo`: it was taken back. */
  what: z.enum(['flip', 'history', 'undo']),
  by: z.string(),
  /** `<meter>/<channel>` */
  channel: z.string(),
  file: z.string(),
  from: z.boolean(),
  to: z.boolean(),
  /** The file as it was before, in `<data>/changes/`. */
  before: z.string().optional(),
  /** Of `recompute`, where the past was corrected. */
  correction: z.string().optional(),
  /** The `ts` of the flip that it belongs to. */
  of: z.string().optional(),
});
export type Change = z.output<typeof changeSchema>;

/** A flip that stands, and what of the past was corrected with it. */
export interface Standing {
  flip: Change;
  correction: string | undefined;
}

export class Changes {
  readonly #data: string;

  constructor(data: string) {
    this.#data = data;
  }

  /** The last flip that was not taken back; null where there is none. */
  standing(): Standing | null {
    const all = this.#read();
    const undone = new Set(all.filter(({ what }) => what === 'undo').map((change) => change.of));
    const flip = all.findLast(({ what, ts }) => what === 'flip' && !undone.has(ts));
    if (!flip) return null;
    const past = all.findLast(({ what, of }) => what === 'history' && of === flip.ts);
    return { flip, correction: past?.correction };
  }

  /** @throws the system's error */
  add(change: Change): void {
    const file = join(this.#data, 'changes.jsonl');
    appendLine(file, change, 0o600);
    this.#belongs(file);
  }

  /** Keeps a file as it is. @returns the name to find it by */
  keep(file: string, text: string, ts: string): string {
    const folder = join(this.#data, 'changes');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = `${ts.replaceAll(':', '-')}-${basename(file)}`;
    writeFileSync(join(folder, name), text, { mode: 0o600, flush: true });
    for (const path of [folder, join(folder, name)]) this.#belongs(path);
    return name;
  }

  /** Null where it is gone. */
  kept(name: string): string | null {
    try {
      return readFileSync(join(this.#data, 'changes', basename(name)), 'utf8');
    } catch {
      return null;
    }
  }

  /** What root writes here is the service's, as all of the folder. */
  #belongs(path: string): void {
    belongTo(path, this.#data);
  }

  #read(): Change[] {
    return readText(join(this.#data, 'changes.jsonl'))
      .split('\n')
      .flatMap((line) => {
        try {
          return [changeSchema.parse(JSON.parse(line))];
        } catch {
          return [];
        }
      });
  }
}

/**
 * Adds a line of JSON that is on the disk afterwards. Half a line, left by a power cut, is ended
 * first: it would take this one with it.
 */
export function appendLine(file: string, value: unknown, mode: number): void {
  const torn = /[^\n]$/.test(readText(file)) ? '\n' : '';
  appendFileSync(file, `${torn}${JSON.stringify(value)}\n`, { mode, flush: true });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Replaces a configuration file, behind a link where it is one; it belongs to whom it belonged before.
 * @throws SolthriveError `config_not_editable`
 */
export function replaceConfig(file: string, text: string): void {
  try {
    const behind = realpathSync(file);
    const { mode, uid, gid } = statSync(behind);
    replaceFile(behind, text, mode & 0o777);
    if (process.getuid?.() === 0) chownSync(behind, uid, gid);
  } catch (thrown) {
    const what = asError(thrown).message;
    throw new SolthriveError('config_not_editable', { file, what }, thrown);
  }
}

/** What root writes is made to belong to whom `like` belongs to. */
export function belongTo(path: string, like: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(like);
  chownSync(path, uid, gid);
}
