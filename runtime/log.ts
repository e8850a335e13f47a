/**
 * How log lines look, and which of Node-RED's own a person has to read: its banner and its account of
 * loading are dropped, warnings and whatever a node says are not.
 */
export interface LogMessage {
  level: number;
  msg: unknown;
  /** Set when a node speaks. */
  type?: string;
  id?: string;
  name?: string;
}

/** Node-RED's numbers. */
const LEVELS: Record<number, string> = {
  10: 'fatal',
  20: 'error',
  30: 'warn',
  40: 'info',
  50: 'debug',
  60: 'trace',
};
const INFO = 40;

export interface Log {
  /** A line of the launcher's own. */
  say(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  /** What Node-RED's log calls. */
  handle(message: LogMessage): void;
}

export interface LogOptions {
  write: (line: string) => void;
  /** The wall clock, ms. */
  now: () => number;
  /** Lets Node-RED's own remarks through: someone asked for detail. */
  verbose: boolean;
  /** Warnings of Node-RED's that are no news here. */
  isNoise?: (text: string) => boolean;
}

export function createLog({ write, now, verbose, isNoise }: LogOptions): Log {
  const line = (level: string, text: string) => {
    const time = new Date(now()).toISOString().slice(11, 19);
    for (const part of text.split('\n')) write(`${time}Z ${level.padEnd(5)} ${part}`);
  };
  return {
    say: (text) => line('info', text),
    warn: (text) => line('warn', text),
    error: (text) => line('error', text),
    handle({ level, msg, type, name, id }) {
      const text = textOf(msg);
      if (!verbose && type === undefined && (level >= INFO || isNoise?.(text))) return;
      const who = type === undefined ? '' : `[${type}:${name || id}] `;
      line(LEVELS[level] ?? 'info', who + text);
    },
  };
}

function textOf(msg: unknown): string {
  if (msg instanceof Error) return msg.message;
  if (typeof msg === 'string') return msg;
  if (typeof msg === 'object' && msg !== null && 'message' in msg) return String(msg.message);
  return JSON.stringify(msg) ?? String(msg);
}
