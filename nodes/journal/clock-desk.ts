/** What is known of the time and what waits for it; and a person's word that the clock is right. */
import { access, constants } from 'node:fs/promises';
import { replaceFile } from '../site/atomic-file.ts';
import { type Clock, isoTime } from '../site/clock.ts';
import {
  type ClockVerdict,
  confirmedFile,
  isBelieved,
  type TimeMachine,
  verdictOn,
} from '../site/clock-trust.ts';
import type { SitePaths } from '../site/config.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import { newestRecordMs } from './newest.ts';
import { type HeldOfBoot, heldByBoot } from './undated.ts';

export interface ClockDesk {
  paths: Pick<SitePaths, 'records' | 'run'>;
  clock: Pick<Clock, 'now'>;
  machine: TimeMachine;
}

/** Minutes without a date, of one start of the machine. */
export interface Held extends HeldOfBoot {
  /** Of this start: they are dated as soon as the time is known. Those of earlier ones never are. */
  datable: boolean;
}

export interface ClockReport {
  /** What the wall clock says, UTC. */
  now: string;
  trusted: boolean;
  why: ClockVerdict;
  /** That much time has passed: a record, or this release, is as old as that. UTC. */
  floor: string;
  held: Held[];
}

/** @throws SolthriveError `records_closed` */
export async function clockReport(desk: ClockDesk): Promise<ClockReport> {
  const { paths, clock, machine } = desk;
  await mustBeOpen(paths.records);
  const floorMs = await floorOf(desk, false);
  const why = verdictOn(clock.now(), floorMs, await machine.facts());
  const held = await heldByBoot(paths.records);
  return {
    now: isoTime(clock.now()),
    trusted: isBelieved(why),
    why,
    floor: isoTime(floorMs),
    held: held.map((one) => ({ ...one, datable: one.boot === machine.bootId })),
  };
}

/**
 * Takes a person's word that the wall clock is right; it holds until the machine starts again. The
 * journal acts on it within seconds.
 * @param ahead  the person also says that the newest record was made by a clock that ran ahead
 * @throws SolthriveError `clock_behind`, `records_closed`, `not_running` where there is no run folder
 */
export async function confirmClock(desk: ClockDesk, ahead: boolean): Promise<ClockReport> {
  const { paths, clock, machine } = desk;
  await mustBeOpen(paths.records);
  const floorMs = await floorOf(desk, ahead);
  if (clock.now() < floorMs) {
    const [now, floor] = [isoTime(clock.now()), isoTime(floorMs)];
    throw new SolthriveError('clock_behind', { now, floor });
  }
  await write(paths.run, machine.bootId);
  return clockReport(desk);
}

async function floorOf({ paths, machine }: ClockDesk, ahead: boolean): Promise<number> {
  const recordMs = ahead ? null : await newestRecordMs(paths.records);
  return Math.max(machine.builtMs, recordMs ?? 0);
}

/** A folder that may not be read would look as if nothing were held. */
async function mustBeOpen(folder: string): Promise<void> {
  const refused = await access(folder, constants.R_OK | constants.X_OK).catch(codeOf);
  if (refused === 'EACCES') throw new SolthriveError('records_closed', { folder });
}

async function write(run: string, bootId: string): Promise<void> {
  if ((await access(run).catch(codeOf)) === 'ENOENT') {
    throw new SolthriveError('not_running', { folder: run });
  }
  try {
    // Whoever writes it, the service reads it.
    replaceFile(confirmedFile(run), `${bootId}\n`, 0o644);
  } catch (thrown) {
    if (codeOf(thrown) === 'EACCES') throw new SolthriveError('records_closed', { folder: run });
    const file = confirmedFile(run);
    throw new SolthriveError('storage_failed', { file, what: asError(thrown).message }, thrown);
  }
}

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code;
}
