/** What the configuration says of each channel that the rules judge by. */
import type { Role } from '../../meter/reading.ts';
import type { SiteConfig } from '../../site/schema.ts';
import { type Gates, gatesOf, isActive, ratedAmps } from './gates.ts';
import type { ChannelSecond, PhaseSecond, SiteSecond } from './second.ts';

/** Below it nothing is made or stored that matters, W. */
const IDLE_W = 100;

export class Facts {
  readonly nominalV: number;
  readonly service: SiteConfig['site']['service'];
  readonly #gates = new Map<string, Gates>();
  readonly #sources = new Set<string>();
  readonly #roles = new Set<Role>();
  readonly #unknown: Gates;

  constructor(config: SiteConfig) {
    this.nominalV = config.site.nominal_voltage;
    this.service = config.site.service;
    this.#unknown = gatesOf(null, this.nominalV);
    for (const meter of config.meters) {
      this.#sources.add(meter.id);
      for (const channel of meter.channels) {
        const id = `${meter.id}/${channel.id}`;
        const rated = ratedAmps(config, channel);
        this.#sources.add(id);
        this.#roles.add(channel.role);
        // The currents of a reading carry the multiplier.
        const shown = rated === null ? null : rated * channel.multiplier;
        this.#gates.set(id, gatesOf(shown, this.nominalV));
      }
    }
  }

  isKnown(source: string): boolean {
    return this.#sources.has(source);
  }

  has(role: Role): boolean {
    return this.#roles.has(role);
  }

  gates(channel: string): Gates {
    return this.#gates.get(channel) ?? this.#unknown;
  }

  isActive(channel: ChannelSecond, phase: PhaseSecond): boolean {
    return isActive(phase, this.gates(channel.id), this.nominalV);
  }

  /** At a voltage at which a meter measures, neither lost nor far too high. */
  isSound(volts: number | null): boolean {
    return volts !== null && volts >= 0.8 * this.nominalV && volts <= 1.15 * this.nominalV;
  }

  /**
   * Whether nothing makes power now: mains and subpanels then only consume. Solar that reads nothing is
   * believed only without the sun: by day its CTs may be off the wires while it feeds the grid.
   */
  onlyConsumes(second: SiteSecond): boolean {
    const { solarRawW, daylight } = second;
    if (this.has('solar')) {
      if (daylight === 'day' || daylight === 'unknown') return false;
      if (solarRawW === null || Math.abs(solarRawW) > IDLE_W) return false;
    }
    return this.isBatteryIdle(second);
  }

  isBatteryIdle({ batteryW }: SiteSecond): boolean {
    return batteryW !== null && Math.abs(batteryW) <= IDLE_W;
  }
}

/** The number of an input as texts show it: 1 for l1. */
export function numberOfPhase(phase: string): number {
  return Number(phase.slice(1));
}

export function rounded(value: number, decimals = 0): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
