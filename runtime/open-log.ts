/** Opens the log of one appliance: lines for people, files for programs, and a place where rooms find it. */
import { type Clock, isoTime, systemClock } from '../nodes/site/clock.ts';
import type { Site } from '../nodes/site/config.ts';
import { asError, SolthriveError } from '../nodes/site/errors.ts';
import { ensureToken } from '../nodes/site/identity.ts';
import { passwordsIn, redactor } from '../nodes/site/secrets.ts';
import { type LogLine, logFolder, openSiteLog } from '../nodes/site/site-log.ts';
import { loadWords } from '../nodes/site/words.ts';
import { createLog, type Log, type LogOptions } from './log.ts';
import { LogFile } from './log-file.ts';

export interface OpenLog extends Log {
  /** Writes down why the program ends; whoever started it is told on the error stream as well. */
  lastWords(thrown: unknown): void;
  /** Resolves when all that was logged is on the disk, or counted as lost. */
  end(): Promise<void>;
}

export interface OpenLogOptions extends Pick<LogOptions, 'write' | 'isNoise'> {
  site: Site;
  clock?: Clock;
}

const words = loadWords(import.meta.url, 'runtime');
const BYTES_PER_MB = 1_000_000;

/** @throws the system's error where the token can be neither read nor made */
export function openLog({ site, clock = systemClock, ...options }: OpenLogOptions): OpenLog {
  const { level, rotate } = site.config.logging;
  const { data } = site.paths;
  const redact = redactor([...ensureToken(site.paths).split(/\s+/), ...passwordsIn(site.config)]);
  const line = (of: LogLine['level'], code: string | undefined, message: string): LogLine => ({
    ...{ ts: isoTime(clock.now()), level: of, area: 'launcher' },
    ...(code === undefined ? {} : { code }),
    message: redact(message),
  });
  const file = new LogFile({
    folder: logFolder(data),
    sizeBytes: rotate.size_mb * BYTES_PER_MB,
    keep: rotate.keep,
    clock,
    missed: (count) => line('warn', 'log_missed', words('log.missed', { count })),
  });
  const log = createLog({ ...options, clock, level, redact, keep: (told) => file.write(told) });
  const lastWords = (thrown: unknown) => {
    const error = asError(thrown);
    const isOurs = error instanceof SolthriveError;
    file.write(
      line(
        'fatal',
        isOurs ? error.code : undefined,
        (isOurs ? null : error.stack) ?? error.message,
      ),
    );
  };
  const spill = () => {
    log.close();
    file.spill();
  };
  process.on('uncaughtExceptionMonitor', lastWords);
  process.on('exit', spill);
  const leave = openSiteLog(data, log);
  return {
    ...log,
    lastWords,
    async end() {
      process.off('uncaughtExceptionMonitor', lastWords);
      process.off('exit', spill);
      leave();
      log.close();
      await file.close();
    },
  };
}
