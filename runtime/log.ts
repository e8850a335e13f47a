/**
 * What is logged and how it looks: a line for people on the output, and the same as JSON for whoever
 * keeps it. Node-RED's banner and its account of loading are dropped, warnings and whatever a node
 * says are not.
 */
import { type Clock, isoTime } from '../nodes/site/clock.ts';
import type { Redact } from '../nodes/site/secrets.ts';
import {
  LOG_LEVELS,
  type LogEntry,
  type LogLevel,
  type LogLine,
  type SiteLog,
} from '../nodes/site/site-log.ts';
import { Repeats } from './log-repeats.ts';

export interface LogMessage {
  level: number;
  msg: unknown;
  /** Set when a node speaks. */
  type?: string;
  id?: string;
  name?: string;
}

/** Node-RED's numbers. */
const LEVELS: Record<number, LogLevel> = {
  10: 'fatal',
  20: 'error',
  30: 'warn',
  40: 'info',
  50: 'debug',
  60: 'trace',
};
/** Warnings and errors that are kept for `/api/debug`. */
const RECENT = 100;

export interface Log extends SiteLog {
  /** A line of the launcher's own. */
  say(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  /** What Node-RED's log calls. */
  handle(message: LogMessage): void;
  /** Tells of what was held back because it repeats itself. */
  close(): void;
}

export interface LogOptions {
  /** Takes lines for people. */
  write: (line: string) => void;
  /** Takes the same lines for programs. */
  keep?: (line: LogLine) => void;
  clock: Clock;
  /** What is less important is not logged. */
  level: LogLevel;
  redact?: Redact;
  /** Warnings of Node-RED's that are no news here. */
  isNoise?: (text: string) => boolean;
}

export function createLog(options: LogOptions): Log {
  const { write, keep, clock, level, redact = (text) => text, isNoise } = options;
  const recent: LogLine[] = [];
  const isVerbose = isWithin('debug', level);
  const repeats = new Repeats(clock, (line) => {
    for (const text of forPeople(line)) write(text);
    keep?.(line);
    if (!isWithin(line.level, 'warn')) return;
    recent.push(line);
    if (recent.length > RECENT) recent.shift();
  });
  const note = (entry: LogEntry) => {
    if (!isWithin(entry.level, level)) return;
    repeats.take({ ts: isoTime(clock.now()), ...entry, message: redact(entry.message) });
  };
  const ours = (of: LogLevel) => (message: string) =>
    note({ level: of, area: 'launcher', message });
  return {
    say: ours('info'),
    warn: ours('warn'),
    error: ours('error'),
    note,
    handle(message) {
      const entry = entryOf(message);
      const isOwnRemark = message.type === undefined;
      const isNews = isWithin(entry.level, 'warn') && !isNoise?.(entry.message);
      if (isVerbose || !isOwnRemark || isNews) note(entry);
    },
    recent: () => [...recent],
    close: () => repeats.close(),
  };
}

/** Whether a line of one level is logged where another is the least important. */
function isWithin(level: LogLevel, least: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(least);
}

/** A text of several lines is one line for programs and several for people. */
function forPeople({ ts, level, area, source, code, state, message, repeated }: LogLine): string[] {
  const isNode = area !== 'launcher' && area !== 'node-red';
  const who = isNode ? `[${source === undefined ? area : `${area}:${source}`}] ` : '';
  const what = state === undefined ? '' : `${code} ${state}: `;
  const times = repeated === undefined ? '' : ` (x ${repeated})`;
  const head = `${ts.slice(11, 19)}Z ${level.padEnd(5)}`;
  return `${message}${times}`.split('\n').map((part) => `${head} ${who}${what}${part}`);
}

function entryOf({ level, msg, type, name, id }: LogMessage): LogEntry {
  const code = codeOf(msg);
  const source = name || id;
  return {
    level: LEVELS[level] ?? 'info',
    area: areaOf(type),
    ...(code === undefined ? {} : { code }),
    ...(type === undefined || source === undefined ? {} : { source }),
    message: textOf(msg),
  };
}

/** A node that is not ours goes by its type as well; what no node says is Node-RED's. */
function areaOf(type: string | undefined): string {
  return type?.replace(/^solthrive-/, '') ?? 'node-red';
}

/** Ours or the system's; an error that brought its hint along has the one it is made of as its cause. */
function codeOf(msg: unknown): string | undefined {
  if (!(msg instanceof Error)) return undefined;
  return 'code' in msg && typeof msg.code === 'string' ? msg.code : codeOf(msg.cause);
}

function textOf(msg: unknown): string {
  if (msg instanceof Error) return msg.message;
  if (typeof msg === 'string') return msg;
  if (typeof msg === 'object' && msg !== null && 'message' in msg) return String(msg.message);
  return JSON.stringify(msg) ?? String(msg);
}
