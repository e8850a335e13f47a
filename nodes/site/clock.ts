/**
 * The one clock. Everything that waits or tells the time is handed a `Clock`, so that a test decides
 * what time it is. Durations come from `mono`, calendar times from `now`; the two are never mixed.
 */
export interface Clock {
  /** Wall time, ms since 1970-01-01T00:00Z. May jump (NTP, a person, no RTC). */
  now(): number;
  /** Monotonic time, ms since an arbitrary start. Never jumps, never goes back. */
  mono(): number;
  /** Calls `run` once, `ms` from now. */
  after(ms: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  after(ms, run) {
    const handle = setTimeout(run, Math.max(0, ms));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves `ms` from now, or at once when `signal` is aborted: the caller looks at the signal. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      signal?.removeEventListener('abort', finish);
      timer.cancel();
      resolve();
    };
    const timer = clock.after(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** UTC ISO 8601 with milliseconds, the form of every time on the wire and in files. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
