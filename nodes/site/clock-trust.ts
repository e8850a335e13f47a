/**
 * Decides whether the wall clock can be believed. A board without a battery for its clock wakes up
 * in the past, and says so to nobody until the network has told it the time.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from './clock.ts';

/** Files may carry a time from a clock that was wrong; no right clock is before this, ms. */
export const NO_EARLIER_MS: number = Date.parse('2026-01-01T00:00:00Z');

/** No clock can be right that is before the program was made, ms: its files are as old as that. */
export const BUILT_MS: number = Math.max(statSync(new URL(import.meta.url)).mtimeMs, NO_EARLIER_MS);

/** What a machine knows about its own clock. */
export interface ClockFacts {
  /** A service that sets the clock by the network is there. */
  keeper: boolean;
  /** And it has done so since the machine started. */
  synchronised: boolean;
  /** What the newest of the battery-backed clocks says, ms; null where there is none. */
  rtcMs: number | null;
  /** A person has said that the clock is right, since the machine started. */
  confirmed: boolean;
}

/** What is asked of the machine about time; a test answers itself. */
export interface TimeMachine {
  facts(): Promise<ClockFacts>;
  /** Different after each start of the machine, and only then. */
  readonly bootId: string;
  /** Time since the machine started, ms; unlike `Clock.mono` it goes on when the program restarts. */
  bootMs(): number;
  /** When the program was made, ms. */
  readonly builtMs: number;
}

/** Why a clock is believed, and last why it is not. */
export type ClockVerdict =
  /** The network has told the time. */
  | 'synchronised'
  /** A person has. */
  | 'confirmed'
  /** A battery has kept it. */
  | 'kept'
  /** Nobody on this machine would tell it: a desk, a container. */
  | 'alone'
  /** It says less time than has passed. */
  | 'behind'
  /** The network has yet to tell the time. */
  | 'waiting';

/**
 * @param floorMs  the newest time that is known to have passed: the program was made, a record written
 */
export function verdictOn(nowMs: number, floorMs: number, facts: ClockFacts): ClockVerdict {
  // The network may well set the clock back: to before a record that a wrong clock has dated.
  if (nowMs >= NO_EARLIER_MS && facts.synchronised) return 'synchronised';
  if (nowMs >= NO_EARLIER_MS && facts.confirmed) return 'confirmed';
  if (nowMs < floorMs) return 'behind';
  // A clock whose battery is empty begins at 1970 as well.
  if (facts.rtcMs !== null && facts.rtcMs >= floorMs) return 'kept';
  return facts.keeper ? 'waiting' : 'alone';
}

export function isBelieved(verdict: ClockVerdict): boolean {
  return verdict !== 'behind' && verdict !== 'waiting';
}

export function isTrusted(nowMs: number, floorMs: number, facts: ClockFacts): boolean {
  return isBelieved(verdictOn(nowMs, floorMs, facts));
}

/** Where the system keeps what the facts are read from. */
const SYSTEM_ROOT = '/';

/** @param run  the site's run folder, where the word of a person is kept */
export function systemTime(run: string, root: string = SYSTEM_ROOT): TimeMachine {
  const bootId = bootIdOf(root);
  return {
    bootId,
    // CLOCK_MONOTONIC: it counts from the start of the machine, for every program on it.
    bootMs: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
    builtMs: BUILT_MS,
    facts: () => readClockFacts(run, root, bootId),
  };
}

/** `<run>/clock-confirmed`: holds the id of the start of the machine for which it was said. */
export function confirmedFile(run: string): string {
  return join(run, 'clock-confirmed');
}

async function readClockFacts(run: string, root: string, bootId: string): Promise<ClockFacts> {
  const [timesyncd, chronyd, stamped, confirmation] = await Promise.all([
    isThere(join(root, 'run/systemd/timesync')),
    isThere(join(root, 'run/chrony')),
    isThere(join(root, 'run/systemd/timesync/synchronized')),
    readFile(confirmedFile(run), 'utf8').catch(() => ''),
  ]);
  return {
    keeper: timesyncd || chronyd,
    synchronised: stamped || (chronyd && (await isChronySynchronised())),
    rtcMs: await readRtcMs(join(root, 'sys/class/rtc')),
    confirmed: confirmation.trim() === bootId,
  };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** chrony leaves no file; the last field of its answer is the leap status. */
async function isChronySynchronised(): Promise<boolean> {
  const asked = promisify(execFile)('chronyc', ['-n', '-c', 'tracking'], { timeout: 2_000 });
  const answer = await asked.catch(() => null);
  const status = answer?.stdout.trim().split(',').at(-1) ?? '';
  return status !== '' && status !== 'Not synchronised';
}

async function readRtcMs(folder: string): Promise<number | null> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.map((name) => readFile(join(folder, name, 'since_epoch'), 'utf8').catch(() => '')),
  );
  const seconds = texts.map((text) => Number.parseInt(text, 10)).filter(Number.isFinite);
  return seconds.length === 0 ? null : Math.max(...seconds) * 1_000;
}

/** Elsewhere than on Linux a start of the program counts as one of the machine. */
function bootIdOf(root: string): string {
  try {
    return readFileSync(join(root, 'proc/sys/kernel/random/boot_id'), 'utf8').trim();
  } catch {
    return randomUUID();
  }
}

/** Trust in one clock. Once won it stays as long as the program runs: then a jump is only a jump. */
export class ClockTrust {
  readonly #clock: Clock;
  readonly #machine: TimeMachine;
  readonly #floorMs: number;
  #trusted = false;

  /** @param recordedMs  when the newest record was written, ms; null where there is none */
  constructor(clock: Clock, machine: TimeMachine, recordedMs: number | null) {
    this.#clock = clock;
    this.#machine = machine;
    this.#floorMs = Math.max(machine.builtMs, recordedMs ?? 0);
  }

  get trusted(): boolean {
    return this.#trusted;
  }

  /** Asks the machine again, unless it is trusted already. Never rejects. */
  async look(): Promise<boolean> {
    if (this.#trusted) return true;
    const facts = await this.#machine.facts();
    this.#trusted ||= isTrusted(this.#clock.now(), this.#floorMs, facts);
    return this.#trusted;
  }
}
