/**
 * What the API answers from: the last snapshot and the last health report, in memory. A snapshot
 * becomes JSON once, at the first request that wants it, however many follow.
 */
import type { Snapshot } from '../balance/snapshot.ts';
import type { HealthReport } from '../health/report.ts';
import type { Clock } from '../site/clock.ts';
import { newestAgeMs, STALE_AFTER_MS } from '../site/required.ts';

export interface ApiStateOptions {
  clock: Clock;
  required: ReadonlySet<string>;
  version: string;
  simulated: boolean;
}

export class ApiState {
  readonly version: string;
  readonly simulated: boolean;
  readonly #clock: Clock;
  readonly #required: ReadonlySet<string>;
  #snapshot: Snapshot | null = null;
  #json: Buffer | null = null;
  /** When the last snapshot came, or before any, when this began; monotonic ms. */
  #heardMs: number;
  #health: HealthReport | null = null;

  constructor({ clock, required, version, simulated }: ApiStateOptions) {
    this.#clock = clock;
    this.#required = required;
    this.version = version;
    this.simulated = simulated;
    this.#heardMs = clock.mono();
  }

  noteSnapshot(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#json = null;
    this.#heardMs = this.#clock.mono();
  }

  noteHealth(health: HealthReport): void {
    this.#health = health;
  }

  get health(): HealthReport | null {
    return this.#health;
  }

  get hasSnapshot(): boolean {
    return this.#snapshot !== null;
  }

  /** The last snapshot as JSON; null before the first, and when it is the last for too long. */
  snapshotJson(): Buffer | null {
    if (this.#snapshot === null || this.stalled) return null;
    this.#json ??= Buffer.from(JSON.stringify(this.#snapshot));
    return this.#json;
  }

  /** What should come every second has stopped. */
  get stalled(): boolean {
    return this.#clock.mono() - this.#heardMs > STALE_AFTER_MS;
  }

  /** Age of the newest measured values of the required sources, s; null before any. */
  measuredAgeS(): number | null {
    if (this.#snapshot === null) return null;
    const ageMs = newestAgeMs(this.#snapshot.sources, this.#required);
    if (ageMs === null) return null;
    return Math.round(ageMs + this.#clock.mono() - this.#heardMs) / 1_000;
  }
}
