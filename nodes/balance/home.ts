/**
 * The home, second by second: takes readings as they come and says, when asked, what is happening
 * now and how far that can be believed. It owns no timer and touches no file.
 */
import type { Fault } from '../health/faults.ts';
import type { ChannelReading, Reading, Role } from '../meter/reading.ts';
import { isoTime } from '../site/clock.ts';
import { REQUIRED_ROLES, STALE_AFTER_MS } from '../site/required.ts';
import type { ChannelConfig, SiteConfig } from '../site/schema.ts';
import { type Instant, Ledger, type LedgerChannel } from './ledger.ts';
import type { LedgerState, Measured } from './measured.ts';
import { balancePower, HomeHold, type PowerBalance, splitFlows, sum } from './power.ts';
import { publishedFlows, rounded, roundedPhases, roundedTotals } from './published.ts';
import type { Quality, Snapshot, SnapshotChannel } from './snapshot.ts';
import { Source } from './source.ts';
import { type Unrecorded, withUnrecorded } from './unrecorded.ts';

/** Older than this, values make the snapshot partial, ms. */
const PARTIAL_AFTER_MS = 2_000;
/** Wall and monotonic clock drifting apart by more between two snapshots is a jump, ms. */
const CLOCK_STEP_MS = 2_000;

export interface BalanceOptions {
  config: SiteConfig;
  run: string;
  simulated: boolean;
  /** Where the energy of an earlier run stopped. */
  resume?: LedgerState | null;
  /** What that run did not bring into its records any more. */
  unrecorded?: Unrecorded | null;
  start: Instant;
}

/** A snapshot and what was measured for it. */
export interface Tick {
  snapshot: Snapshot;
  measured: Measured;
}

export class Balance {
  #config: SiteConfig;
  #run: string;
  #simulated: boolean;
  #seq = 0;
  #sources = new Map<string, Source>();
  #channels: LedgerChannel[];
  #byRole: ReadonlyMap<Role, LedgerChannel[]>;
  #ledger: Ledger;
  #hold = new HomeHold();
  #faults = new Map<string, Fault>();
  #unrecorded: Unrecorded | null;
  /** Wall clock ahead of the monotonic one at the last tick, ms. */
  #aheadMs: number | null = null;

  constructor(options: BalanceOptions) {
    const { config, run, simulated, resume = null, unrecorded = null, start } = options;
    this.#unrecorded = unrecorded;
    this.#config = config;
    this.#run = run;
    this.#simulated = simulated;
    for (const { id, channels } of config.meters) this.#sources.set(id, new Source(channels));
    this.#channels = config.meters.flatMap((meter) =>
      meter.channels.map((channel: ChannelConfig) => ({
        id: `${meter.id}/${channel.id}`,
        meter: meter.id,
        config: channel,
      })),
    );
    this.#byRole = Map.groupBy(this.#channels, ({ config: { role } }) => role);
    this.#ledger = new Ledger({
      channels: this.#channels,
      site: config.site,
      position: config.solar_position,
      resume,
      start,
    });
  }

  /** Whether every source the balance needs has been read once, and every other has been heard. */
  get complete(): boolean {
    const isThere = (source: Source) =>
      source.serves(REQUIRED_ROLES) ? source.hasValues : source.heard;
    return this.#sources.size > 0 && [...this.#sources.values()].every(isThere);
  }

  /** Takes a reading; false when its source is not declared. */
  take(reading: Reading): boolean {
    const source = this.#sources.get(reading.meter);
    if (!source) return false;
    if (source.take(reading)) this.#ledger.take(reading);
    return true;
  }

  /** Remembers an active fault, forgets a cleared one. */
  takeFault(fault: Fault): void {
    const key = `${fault.id} ${fault.source}`;
    if (fault.cleared_at === undefined) this.#faults.set(key, fault);
    else this.#faults.delete(key);
  }

  /**
   * The state of the home.
   * @param now  the instant of the snapshot; `wallMs` is the second it is labelled with
   */
  tick(now: Instant): Tick {
    this.#seq += 1;
    const balance = balancePower(
      {
        mainsW: this.#powerW('grid', now.monoMs) ?? null,
        solarRawW: this.#powerW('solar', now.monoMs),
        batteryW: this.#powerW('battery', now.monoMs),
      },
      this.#config.solar_position,
    );
    const { homeW, held } = this.#hold.next(balance);
    const measured = this.#settle(balance.homeW !== null, now);
    const snapshot: Snapshot = {
      ts: isoTime(now.wallMs),
      seq: this.#seq,
      run: this.#run,
      ...(this.#isSimulated() && { simulated: true as const }),
      ...this.#powers(balance, now.monoMs),
      home_w: rounded(homeW),
      flows: publishedFlows(splitFlows(balance), this.#has('battery')),
      ...(held && { held: true as const }),
      energy: roundedTotals(this.#ledger.totals()),
      channels: this.#channelStates(now.monoMs),
      sources: this.#sourceStates(now.monoMs),
      quality: this.#quality(now.monoMs),
      errors: [...new Set([...this.#faults.values()].map(({ id }) => id))],
    };
    return { snapshot, measured };
  }

  #settle(complete: boolean, now: Instant): Measured {
    const measured = this.#ledger.settle(complete, now);
    if (this.#hasJumped(now)) measured.clock_step = true;
    const leftOver = this.#unrecorded;
    this.#unrecorded = null;
    return leftOver ? withUnrecorded(measured, leftOver) : measured;
  }

  #hasJumped({ wallMs, monoMs }: Instant): boolean {
    const beforeMs = this.#aheadMs;
    this.#aheadMs = wallMs - monoMs;
    return beforeMs !== null && Math.abs(this.#aheadMs - beforeMs) > CLOCK_STEP_MS;
  }

  #powers(balance: PowerBalance, monoMs: number) {
    return {
      solar_w: rounded(balance.solarW),
      grid_w: rounded(balance.gridW),
      import_w: rounded(balance.importW),
      export_w: rounded(balance.exportW),
      solar_standby_w: rounded(balance.standbyW),
      residual_w: rounded(balance.residualW),
      ...(this.#has('battery') && {
        battery_w: rounded(balance.batteryW),
        battery_soc: this.#socPercent(monoMs),
      }),
      ...(this.#has('ev') && { ev_w: rounded(this.#powerW('ev', monoMs) ?? null) }),
    };
  }

  #isSimulated(): boolean {
    return this.#simulated || [...this.#sources.values()].some((source) => source.simulated);
  }

  #has(role: Role): boolean {
    return this.#byRole.has(role);
  }

  /** The sum of a role's channels, W; undefined where the site has none. */
  #powerW(role: Role, monoMs: number): number | null | undefined {
    if (!this.#has(role)) return undefined;
    return sum(...this.#readings(role, monoMs).map((reading) => reading?.power_w ?? null));
  }

  /** The mean of what the batteries say, percent. */
  #socPercent(monoMs: number): number | null {
    const charges = this.#readings('battery', monoMs).map((reading) => reading?.soc ?? null);
    const total = sum(...charges);
    return total === null ? null : rounded(total / charges.length);
  }

  /** What the channels of a role last said; null where that is too old to be shown. */
  #readings(role: Role, monoMs: number): (ChannelReading | null)[] {
    return (this.#byRole.get(role) ?? []).map((channel) => this.#fresh(channel, monoMs));
  }

  #fresh({ meter, config }: LedgerChannel, monoMs: number): ChannelReading | null {
    const source = this.#sources.get(meter);
    const ageMs = source?.ageMs(monoMs) ?? null;
    if (ageMs === null || ageMs > STALE_AFTER_MS) return null;
    return source?.channel(config.id) ?? null;
  }

  #channelStates(monoMs: number): Snapshot['channels'] {
    const states: Record<string, SnapshotChannel> = {};
    for (const channel of this.#channels) {
      const reading = this.#fresh(channel, monoMs);
      states[channel.id] = {
        role: channel.config.role,
        power_w: rounded(reading?.power_w ?? null),
        age_ms: this.#sources.get(channel.meter)?.ageMs(monoMs) ?? null,
        ...(reading?.phases && { phases: roundedPhases(reading.phases) }),
      };
    }
    return states;
  }

  #sourceStates(monoMs: number): Snapshot['sources'] {
    const states: Snapshot['sources'] = {};
    for (const [id, source] of this.#sources) {
      const ageMs = source.ageMs(monoMs);
      const ok = source.ok && ageMs !== null && ageMs <= STALE_AFTER_MS;
      const { latencyMs, errors, doubts } = source;
      const state = { ok, age_ms: ageMs, latency_ms: rounded(latencyMs), errors };
      states[id] = doubts ? { ...state, doubts } : state;
    }
    return states;
  }

  #quality(monoMs: number): Quality {
    let quality: Quality = 'good';
    if (![...this.#sources.values()].some((source) => source.serves(REQUIRED_ROLES)))
      return 'stale';
    for (const source of this.#sources.values()) {
      const ageMs = source.ageMs(monoMs) ?? Number.POSITIVE_INFINITY;
      if (ageMs > STALE_AFTER_MS && source.serves(REQUIRED_ROLES)) return 'stale';
      if (ageMs > PARTIAL_AFTER_MS) quality = 'partial';
    }
    return this.#isWhole() ? quality : 'partial';
  }

  /** Whether every channel that the home's numbers need says how much flows. */
  #isWhole(): boolean {
    return this.#channels.every(
      ({ meter, config }) =>
        !REQUIRED_ROLES.includes(config.role) ||
        this.#sources.get(meter)?.channel(config.id)?.power_w !== null,
    );
  }
}
