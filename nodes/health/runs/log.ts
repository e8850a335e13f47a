/**
 * Where runs are written down. `<data>/runs.json` holds the last of them and is written at a start
 * and at an end, but not for each of the same refusals in a row; `<run>/run.json` holds the one that goes on, with its last sign of life as the time
 * of the file: the run folder is memory, takes no flush, and is gone when the machine goes off.
 */
import { readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../site/atomic-file.ts';
import { type Clock, isoTime } from '../../site/clock.ts';
import type { SitePaths } from '../../site/config.ts';
import { type Aftermath, ENDINGS, endOf, type LastWord, type Run, RunHistory } from './history.ts';

/** The service manager's word; config/system/solthrive.service writes it when the program has ended. */
const SERVICE_RESULT = 'service-result';
const RUNS_KEPT = 50;
const LONGEST_REASON = 200;
const LONGEST_STACK = 4_000;

const end = z.object({
  how: z.enum(ENDINGS),
  at: z.string().nullable(),
  reason: z.string().optional(),
});
const lastWord = z.object({
  how: z.enum(['clean', 'refused', 'crash']),
  at: z.string(),
  reason: z.string(),
  stack: z.string().optional(),
});
const runSchema: z.ZodType<Run> = z.object({
  boot: z.string(),
  version: z.string(),
  started_at: z.string(),
  last_word: lastWord.optional(),
  end: end.optional(),
});
const fileSchema = z.object({
  reboots: z.number(),
  runs: z.array(runSchema),
});
type Kept = z.output<typeof fileSchema>;

export interface RunLogOptions {
  paths: Pick<SitePaths, 'data' | 'run'>;
  clock: Clock;
  /** Different after each start of the machine. */
  bootId: string;
  version: string;
}

export interface RunLog {
  readonly history: RunHistory;
  /** Gives a sign of life. */
  beat(): void;
  /** Says why the run ends. The last word counts. */
  end(how: LastWord['how'], reason: string, stack?: string): void;
}

/** Begins a run, and says how the one before it ended. Never throws: a full disk is no reason not to start. */
export function openRunLog({ paths, clock, bootId, version }: RunLogOptions): RunLog {
  const files = { kept: join(paths.data, 'runs.json'), own: join(paths.run, 'run.json') };
  const { reboots, runs } = read(files.kept, fileSchema) ?? { reboots: 0, runs: [] };
  const left = read(files.own, runSchema);
  const before = left?.boot === bootId ? withRun(runs, left) : runs;
  const last = before.at(-1);
  const aftermath = { sameBoot: last?.boot === bootId, ...traces(files.own, paths.run) };
  const closed = last?.end === undefined && last ? { ...last, end: endOf(last, aftermath) } : last;
  const run: Run = { boot: bootId, version, started_at: isoTime(clock.now()) };
  const past = closed ? folded([...before.slice(0, -1), closed]) : [];
  const kept: Kept = {
    reboots: reboots + (last === undefined || aftermath.sameBoot ? 0 : 1),
    runs: [...past, run].slice(-RUNS_KEPT),
  };
  /** Tried again every few seconds, it would wear the card: the run folder remembers it. */
  const refusal = aftermath.sameBoot ? refusalOf(closed) : undefined;

  let isKept = false;
  const keep = () => {
    write(files.kept, kept);
    isKept = true;
  };
  rmSync(join(paths.run, SERVICE_RESULT), { force: true });
  write(files.own, run);
  if (refusal === undefined) keep();
  return {
    history: new RunHistory(kept.runs, kept.reboots),
    beat() {
      const nowS = clock.now() / 1_000;
      if (!isKept) keep();
      try {
        utimesSync(files.own, nowS, nowS);
      } catch {
        // Then the end of this run has no time.
      }
    },
    end(how, reason, stack) {
      run.last_word = {
        how,
        at: isoTime(clock.now()),
        reason: reason.slice(0, LONGEST_REASON),
        ...(stack && { stack: stack.slice(0, LONGEST_STACK) }),
      };
      write(files.own, run);
      if (refusal === undefined || refusalOf(run) !== refusal) keep();
    },
  };
}

/** A run that the disk did not take, or whose last word it did not, is in the run folder all the same. */
function withRun(runs: readonly Run[], own: Run): Run[] {
  const isSame = runs.at(-1)?.started_at === own.started_at;
  return [...(isSame ? runs.slice(0, -1) : runs), own];
}

/** Of the same refusals in a row one is kept: they would push out what happened before them. */
function folded(runs: readonly Run[]): Run[] {
  const [first, last] = runs.slice(-2);
  const refusal = refusalOf(last);
  const isSame =
    refusal !== undefined && refusalOf(first) === refusal && first?.boot === last?.boot;
  if (!first || !last || !isSame) return [...runs];
  return [...runs.slice(0, -2), { ...last, started_at: first.started_at }];
}

/** Why it could not begin; undefined where it did. */
function refusalOf(run: Run | undefined): string | undefined {
  return run?.last_word?.how === 'refused' ? run.last_word.reason : undefined;
}

function traces(own: string, run: string): Pick<Aftermath, 'service' | 'aliveAt'> {
  const [result, status = ''] = readText(join(run, SERVICE_RESULT)).trim().split(' ');
  const alive = statSync(own, { throwIfNoEntry: false });
  return {
    service: result ? { result, status } : null,
    aliveAt: alive ? isoTime(alive.mtimeMs) : null,
  };
}

function read<T>(file: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(readText(file)));
  } catch {
    return null;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function write(file: string, value: unknown): void {
  try {
    replaceFile(file, `${JSON.stringify(value)}\n`, 0o600);
  } catch {
    // What cannot be kept is not known at the next start.
  }
}
