/**
 * Decides how the last run of the program ended: from the last word it wrote, from what the service
 * manager saw, and from whether the machine has started since. Keeps count of crashes.
 */
import { isoTime } from '../../site/clock.ts';

export const ENDINGS = [
  /** Told to stop, and did. */
  'clean',
  /** Told to stop because the machine went down, or went down after that. */
  'reboot',
  /** It could not begin, and said why. */
  'refused',
  /** By an error, or a signal that nobody can refuse. */
  'crash',
  /** Ended by the service manager: it hung, or measured nothing any more. */
  'watchdog',
  /** The machine went off, or was reset, without notice. */
  'power_loss',
] as const;
export type Ending = (typeof ENDINGS)[number];

/** What a run says of its own end. */
export interface LastWord {
  how: 'clean' | 'refused' | 'crash';
  at: string;
  /** A signal, a code, or the first line of an error. */
  reason: string;
  /** Of an error, for who looks into it. */
  stack?: string;
}

export interface Run {
  /** Which start of the machine. */
  boot: string;
  version: string;
  started_at: string;
  last_word?: LastWord;
  /** What the start after it made of it. */
  end?: End;
}

export interface End {
  how: Ending;
  /** When it was last known to run; null where nobody knows. */
  at: string | null;
  reason?: string;
}

/** What the service manager saw of an end: `$SERVICE_RESULT`, `$EXIT_STATUS` of systemd.exec(5). */
export interface ServiceResult {
  result: string;
  status: string;
}

export interface Aftermath {
  /** Whether the machine has not been started anew since. */
  sameBoot: boolean;
  /** Null where there is none, or where it went with the machine. */
  service: ServiceResult | null;
  /** When it last gave a sign of life; null where that went with the machine. */
  aliveAt: string | null;
}

export function endOf({ last_word: word }: Run, { sameBoot, service, aliveAt }: Aftermath): End {
  if (word !== undefined) {
    const { how, at, reason } = word;
    return { how: how === 'clean' && !sameBoot ? 'reboot' : how, at, reason };
  }
  if (!sameBoot) return { how: 'power_loss', at: null };
  const end = { at: aliveAt, ...(service && { reason: `${service.result} ${service.status}` }) };
  return { how: service?.result === 'watchdog' ? 'watchdog' : 'crash', ...end };
}

/** What `/api/system` says of the runs. */
export interface RunsReport {
  started_at: string;
  /** How often the machine has been started anew since the first run. */
  reboots: number;
  /** Of the run before this one; null where none is known. */
  last_end: End | null;
  crashes_24h: number;
  crashes_7d: number;
}

/** An end that nobody wanted. */
export interface Crash {
  cause: 'crash' | 'watchdog';
  atMs: number;
}

const HOUR_MS = 3_600_000;
export const DAY_MS: number = 24 * HOUR_MS;

/** The runs so far, of which the last is the one that goes on. */
export class RunHistory {
  readonly #runs: readonly Run[];
  readonly #reboots: number;

  /** @param runs  oldest first; each but the last has its `end`, where it is known */
  constructor(runs: readonly Run[], reboots: number) {
    this.#runs = runs;
    this.#reboots = reboots;
  }

  /** Crashes of the last `withinMs`, oldest first. A time to come is one of a clock that was wrong. */
  crashes(nowMs: number, withinMs: number): Crash[] {
    return this.#runs.flatMap((run, index) => {
      const how = run.end?.how;
      if (how !== 'crash' && how !== 'watchdog') return [];
      const at = run.end?.at ?? this.#runs[index + 1]?.started_at ?? run.started_at;
      const atMs = Date.parse(at);
      return Math.abs(nowMs - atMs) < withinMs ? [{ cause: how, atMs }] : [];
    });
  }

  report(nowMs: number): RunsReport {
    return {
      started_at: this.#runs.at(-1)?.started_at ?? isoTime(nowMs),
      reboots: this.#reboots,
      last_end: this.#runs.at(-2)?.end ?? null,
      crashes_24h: this.crashes(nowMs, DAY_MS).length,
      crashes_7d: this.crashes(nowMs, 7 * DAY_MS).length,
    };
  }
}
