/** Puts what is known of some meters into one line under the node, and finds what deserves a warning. */
import type { NodeState } from '../site/status.ts';
import type { MeterStatus } from './meter-status.ts';

/** A text by its key, with what it has to be filled with. */
export interface Text {
  key: string;
  params: Record<string, string | number>;
}

export interface Polled {
  /** Ids of all that should be polled; one without a status has not been heard of yet. */
  meters: readonly string[];
  statuses: ReadonlyMap<string, MeterStatus>;
  simulated: boolean;
  /** There are meters that cannot be polled. */
  misconfigured: boolean;
}

/** The badge of a node that polls some meters. */
export function summaryOf(polled: Polled): Text & { state: NodeState } {
  const { meters, statuses, simulated, misconfigured } = polled;
  const all = meters.length;
  const states = meters.map((meter) => statuses.get(meter)?.state ?? 'connecting');
  const live = states.filter((state) => state === 'live').length;
  const params = { live, all };
  if (misconfigured && states.every((state) => state === 'misconfigured'))
    return { state: 'faulty', key: 'misconfigured', params };
  if (all === 0) return { state: 'idle', key: 'none', params };
  if (live === all) {
    if (simulated) return { state: 'simulated', key: 'simulated', params };
    return { state: 'live', key: all === 1 ? 'live_one' : 'live_many', params };
  }
  if (live > 0) return { state: 'degraded', key: 'some', params };
  if (states.includes('connecting')) return { state: 'connecting', key: 'connecting', params };
  return { state: 'disconnected', key: 'lost', params };
}

/** A line for the log: a warning, or word that all is well again. */
export interface Notice extends Text {
  level: 'warn' | 'log';
}

/** What a status says that the one before did not, and that somebody should know. */
export function noticesOf(before: MeterStatus | undefined, now: MeterStatus): Notice[] {
  const { meter } = now;
  const notices: Notice[] = [];
  if (now.identity === 'mismatch' && before?.identity !== 'mismatch') {
    notices.push({ level: 'warn', key: 'mismatch', params: { meter } });
  }
  if (now.state === 'failing' && before?.state !== 'failing') {
    const { message = '', hint = '' } = now.error ?? {};
    notices.push({ level: 'warn', key: 'failing', params: { meter, message, hint } });
  }
  if (now.state === 'live' && before?.state === 'failing') {
    notices.push({ level: 'log', key: 'back', params: { meter } });
  }
  const gone = now.missing.filter((name) => !before?.missing.includes(name));
  if (gone.length > 0) {
    notices.push({ level: 'warn', key: 'missing', params: { meter, names: gone.join(', ') } });
  }
  return notices;
}
