/**
 * What a client that comes late is told first: the last snapshot, as long as it is news, and the
 * faults that are active.
 */
import type { Snapshot } from '../balance/snapshot.ts';
import type { Fault } from '../health/faults.ts';
import type { Clock } from '../site/clock.ts';
import type { Site } from '../site/config.ts';
import { newestAgeMs, requiredSources, STALE_AFTER_MS } from '../site/required.ts';
import type { HeartbeatData, HelloData } from './frames.ts';

/** The balance makes one snapshot a second, however often meters are polled. */
const SNAPSHOT_INTERVAL_MS = 1_000;

export class Memory {
  readonly #site: Site;
  readonly #clock: Clock;
  readonly #required: ReadonlySet<string>;
  readonly #faults = new Map<string, Fault>();
  #snapshot: { value: Snapshot; heardMs: number } | null = null;

  constructor(site: Site, clock: Clock) {
    this.#site = site;
    this.#clock = clock;
    this.#required = requiredSources(site.config);
  }

  noteSnapshot(value: Snapshot): void {
    this.#snapshot = { value, heardMs: this.#clock.mono() };
  }

  /** @returns whether it is news: after a deploy active faults are said once more */
  noteFault(fault: Fault): boolean {
    const key = `${fault.id} ${fault.source}`;
    const known = this.#faults.get(key);
    if (fault.cleared_at !== undefined) {
      this.#faults.delete(key);
      return true;
    }
    this.#faults.set(key, fault);
    return known === undefined || isOther(known, fault);
  }

  hello(): HelloData {
    const last = this.#snapshot;
    const isNews = last !== null && this.#clock.mono() - last.heardMs <= STALE_AFTER_MS;
    return {
      version: this.#site.version,
      run: last?.value.run ?? null,
      simulated: this.#site.simulated !== null,
      interval_ms: SNAPSHOT_INTERVAL_MS,
      snapshot: isNews ? last.value : null,
      faults: [...this.#faults.values()],
    };
  }

  heartbeat(): HeartbeatData {
    return { uptime_s: Math.floor(process.uptime()), last_snapshot_age_sec: this.#ageS() };
  }

  #ageS(): number | null {
    if (this.#snapshot === null) return null;
    const { value, heardMs } = this.#snapshot;
    const ageMs = newestAgeMs(value.sources, this.#required);
    return ageMs === null ? null : Math.round(ageMs + this.#clock.mono() - heardMs) / 1_000;
  }
}

/** Evidence moves all the time: that alone is told to nobody. */
function isOther(known: Fault, fault: Fault): boolean {
  return (
    known.since !== fault.since ||
    known.cause !== fault.cause ||
    known.state !== fault.state ||
    known.acknowledged?.until !== fault.acknowledged?.until ||
    known.acknowledged?.by !== fault.acknowledged?.by
  );
}
