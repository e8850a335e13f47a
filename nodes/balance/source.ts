/** One source of readings as the balance remembers it: its newest good values and how it is doing. */
import type { ChannelReading, Doubt, Reading, Role } from '../meter/reading.ts';
import type { ChannelConfig } from '../site/schema.ts';

export class Source {
  #roles: ReadonlySet<Role>;
  #good: Reading | null = null;
  /** True after the first report, good or not. */
  heard = false;
  /** Whether the newest report was good. */
  ok = false;
  simulated = false;
  /** Failed polls so far. */
  errors = 0;

  constructor(channels: readonly ChannelConfig[]) {
    this.#roles = new Set(channels.map(({ role }) => role));
  }

  /** Takes a report. @returns whether it brings values newer than those known */
  take(reading: Reading): boolean {
    this.heard = true;
    this.ok = reading.ok;
    this.simulated = reading.simulated ?? false;
    if (!reading.ok) {
      this.errors += 1;
      return false;
    }
    if (this.#good !== null && reading.mono_ms <= this.#good.mono_ms) return false;
    this.#good = reading;
    return true;
  }

  /** True after the first good report. */
  get hasValues(): boolean {
    return this.#good !== null;
  }

  serves(roles: readonly Role[]): boolean {
    return roles.some((role) => this.#roles.has(role));
  }

  /** Age of the newest good values, whole ms; null before any. */
  ageMs(monoMs: number): number | null {
    return this.#good === null ? null : Math.max(0, Math.round(monoMs - this.#good.mono_ms));
  }

  channel(id: string): ChannelReading | null {
    return this.#good?.channels[id] ?? null;
  }

  /** What could not be of the newest good values; undefined where everything could. */
  get doubts(): Doubt[] | undefined {
    return this.#good?.doubts;
  }

  /** How long the newest good poll took on the wire, ms; null where the source does not tell. */
  get latencyMs(): number | null {
    return this.#good?.latency_ms ?? null;
  }
}
