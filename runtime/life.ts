/**
 * The life of one run of the program: that it lives, that it is well, and why it ends is written down
 * and told to whoever started it.
 */

import type { RunHistory } from '../nodes/health/runs/history.ts';
import { openRunLog } from '../nodes/health/runs/log.ts';
import { Watchdog } from '../nodes/health/watchdog.ts';
import { type Clock, systemClock } from '../nodes/site/clock.ts';
import { systemTime } from '../nodes/site/clock-trust.ts';
import type { SitePaths } from '../nodes/site/config.ts';
import { asError, SolthriveError } from '../nodes/site/errors.ts';
import type { Environment } from '../nodes/site/paths.ts';
import { openServiceManager } from './service-manager.ts';

const BEAT_MS = 10_000;

/** What nodes are handed of it, as the `solthriveLife` setting. */
export interface LifeFacts {
  runs: RunHistory;
  watchdog: Watchdog;
}

export interface Life extends LifeFacts {
  /** The flows run. */
  ready(): void;
  /** It was told to stop: by a signal, an update. */
  stopping(reason: string): void;
  /** It could not begin. */
  refused(thrown: unknown): void;
  close(): void;
}

export interface LifeOptions {
  paths: Pick<SitePaths, 'data' | 'run'>;
  env: Environment;
  version: string;
  clock?: Clock;
}

export function beginLife({ paths, env, version, clock = systemClock }: LifeOptions): Life {
  const { bootId } = systemTime(paths.run);
  const log = openRunLog({ paths, clock, bootId, version });
  const watchdog = new Watchdog();
  const manager = openServiceManager({ env, clock, isWell: () => watchdog.mayFeed() });
  // Heard before the program ends of it, and before whoever else listens.
  const crashed = (error: Error) => log.end('crash', error.message, error.stack);
  process.on('uncaughtExceptionMonitor', crashed);
  const beats = setInterval(log.beat, BEAT_MS).unref();

  return {
    runs: log.history,
    watchdog,
    ready: manager.ready,
    stopping(reason) {
      log.end('clean', reason);
      manager.stopping();
    },
    refused(thrown) {
      if (thrown instanceof SolthriveError) log.end('refused', thrown.code);
      else log.end('crash', asError(thrown).message, asError(thrown).stack);
    },
    close() {
      clearInterval(beats);
      process.off('uncaughtExceptionMonitor', crashed);
      manager.close();
    },
  };
}
