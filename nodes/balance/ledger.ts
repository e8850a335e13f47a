/**
 * The energy of the home since its first day: totals that grow by what the channels' accounts grow
 * by, continue over restarts, and never go back. It decides nothing about power that is published.
 */
import type { ChannelReading, Role } from '../meter/reading.ts';
import { REQUIRED_ROLES } from '../site/required.ts';
import type { ChannelConfig, SiteConfig } from '../site/schema.ts';
import type { Account, Grown, Way } from './account.ts';
import { ChannelEnergy, type ChannelStep } from './channel-energy.ts';
import { HomeEnergy } from './home-energy.ts';
import { MadeGrid, type Maker } from './made-grid.ts';
import type { LedgerState, Measured, MeasuredChannel, TotalKey } from './measured.ts';
import { Moments } from './moments.ts';
import { type PowerInputs, type SolarPosition, sum } from './power.ts';
import type { EnergyTotals } from './snapshot.ts';

export interface LedgerChannel {
  /** `<meter>/<channel>` */
  id: string;
  meter: string;
  config: ChannelConfig;
}

/** One instant on both clocks, ms. */
export interface Instant {
  wallMs: number;
  monoMs: number;
}

export interface LedgerOptions {
  channels: LedgerChannel[];
  site: SiteConfig['site'];
  position: SolarPosition;
  /** Where an earlier run stopped. */
  resume?: LedgerState | null;
  start: Instant;
}

/** Which accounts a total is the sum of. */
interface TotalPart {
  account: Account;
  /** The total of an account without a past, kWh; null until that is known. */
  firstKwh: () => number | null;
}

interface Total {
  key: TotalKey;
  way: Way;
  parts: TotalPart[];
  /** Its sign in the balance of the home; 0 for a part of the home. */
  sign: 1 | -1 | 0;
}

export class Ledger {
  #channels = new Map<string, ChannelEnergy>();
  #byMeter = new Map<string, { channel: string; energy: ChannelEnergy }[]>();
  #made: MadeGrid | null;
  #moments: Moments;
  #totals: Total[];
  #kwh: Partial<Record<TotalKey, number>>;
  #home: HomeEnergy;
  #settlements: number;
  /** Set until the first complete balance after a restart. */
  #resuming: boolean;
  #recoveredS = 0;
  #events: Measured['events'] = [];

  constructor({ channels, site, position, resume = null, start }: LedgerOptions) {
    const elapsedS = resume ? Math.max(0, (start.wallMs - resume.at) / 1000) : 0;
    for (const { id, meter, config } of channels) {
      const state = resume?.channels[id];
      const energy = new ChannelEnergy(id, {
        channel: config,
        site,
        resume: state ? { state, elapsedS } : null,
        startMonoMs: start.monoMs,
      });
      this.#channels.set(id, energy);
      const siblings = this.#byMeter.get(meter) ?? [];
      this.#byMeter.set(meter, [...siblings, { channel: config.id, energy }]);
    }
    const makers = this.#makers(channels, position);
    const measured = makers.length < 2 || this.#ofRole('grid').length === 0;
    this.#made = measured ? null : new MadeGrid(makers, resume?.grid);
    const required = channels.filter(({ config }) => REQUIRED_ROLES.includes(config.role));
    this.#moments = new Moments(required, position);
    this.#totals = this.#defineTotals();
    this.#kwh = { ...resume?.totals };
    this.#home = new HomeEnergy(resume?.home);
    this.#settlements = resume?.n ?? 0;
    this.#resuming = resume !== null;
  }

  /** What the grid's power is the sum of; more than one means that no channel measures it. */
  #makers(channels: LedgerChannel[], position: SolarPosition): Maker[] {
    return channels.flatMap(({ id, meter, config }): Maker[] => {
      const channel = this.#channels.get(id);
      if (!channel) return [];
      if (config.role === 'grid') return [{ meter, channel, sign: 1 }];
      const behindMains = config.role === 'solar' && position === 'line_side';
      return behindMains ? [{ meter, channel, sign: -1 }] : [];
    });
  }

  #defineTotals(): Total[] {
    const of = (role: Role, way: Way): TotalPart[] =>
      this.#ofRole(role).map((channel) => ({
        account: channel.account,
        firstKwh: () => channel.firstTotalKwh(way),
      }));
    const made = this.#made?.account;
    const grid = (way: Way) =>
      made ? [{ account: made, firstKwh: () => made.sumKwh(way) }] : of('grid', way);
    const all: Total[] = [
      { key: 'solar_kwh', way: 'import', parts: of('solar', 'import'), sign: 1 },
      { key: 'import_kwh', way: 'import', parts: grid('import'), sign: 1 },
      { key: 'export_kwh', way: 'export', parts: grid('export'), sign: -1 },
      { key: 'battery_discharge_kwh', way: 'import', parts: of('battery', 'import'), sign: 1 },
      { key: 'battery_charge_kwh', way: 'export', parts: of('battery', 'export'), sign: -1 },
      { key: 'ev_kwh', way: 'import', parts: of('ev', 'import'), sign: 0 },
    ];
    return all.filter(({ parts }) => parts.length > 0);
  }

  #ofRole(role: Role): ChannelEnergy[] {
    return [...this.#channels.values()].filter((channel) => channel.role === role);
  }

  /** Takes the channels of a good reading that arrived at `monoMs`. */
  take(meter: string, readings: Record<string, ChannelReading>, monoMs: number): void {
    const steps: [ChannelEnergy, ChannelStep][] = [];
    for (const { channel, energy } of this.#byMeter.get(meter) ?? []) {
      const reading = readings[channel];
      if (reading) steps.push([energy, energy.take(reading, monoMs)]);
    }
    const mark = this.#made?.heard(meter, monoMs);
    if (mark === 'gap' && !this.#made?.account.counted) this.#home.lose();
    for (const [energy, step] of steps) {
      this.#made?.counted(energy, step);
      this.#note(energy, step);
    }
    this.#moments.heard(meter, monoMs, this.#inputs());
  }

  #note({ id, role, account }: ChannelEnergy, { mark, counted, events }: ChannelStep): void {
    for (const event of events) this.#events.push({ channel: id, event });
    if (!REQUIRED_ROLES.includes(role)) return;
    this.#recoveredS = Math.max(this.#recoveredS, counted?.recoveredS ?? 0);
    if (mark === 'gap' && !account.counted) this.#home.lose();
  }

  #inputs(): PowerInputs {
    const of = (role: Role) => {
      const channels = this.#ofRole(role);
      return channels.length === 0 ? undefined : sum(...channels.map(({ powerW }) => powerW));
    };
    return { mainsW: of('grid') ?? null, solarRawW: of('solar'), batteryW: of('battery') };
  }

  /**
   * Closes the time since the last call.
   * @param complete  whether everything the home's balance needs is known now
   */
  settle(complete: boolean, now: Instant): Measured {
    this.#settlements += 1;
    const grown = this.#drainAccounts();
    const energy: EnergyTotals = {
      solar_kwh: null,
      home_kwh: null,
      import_kwh: null,
      export_kwh: null,
    };
    for (const total of this.#totals) {
      const kwh = grownOf(total, grown);
      energy[total.key] = kwh;
      this.#home.add(total.sign * (kwh ?? 0));
      this.#grow(total, kwh ?? 0);
    }
    energy.home_kwh = this.#settleHome(complete);
    const { coveredS, estimatedS, flows } = this.#moments.drain();
    const measured: Measured = {
      energy,
      by: this.#counterLed() ? 'counter' : 'integral',
      flows,
      covered_s: coveredS,
      estimated_s: estimatedS,
      recovered_s: this.#recoveredS,
      channels: this.#measuredChannels(grown),
      events: this.#events,
      ledger: this.#state(now),
    };
    this.#recoveredS = 0;
    this.#events = [];
    return measured;
  }

  #drainAccounts(): Map<Account, Grown> {
    const accounts = [...this.#channels.values()].map(({ account }) => account);
    if (this.#made) accounts.push(this.#made.account);
    return new Map(accounts.map((account) => [account, account.drain()]));
  }

  #grow({ key, parts }: Total, kwh: number): void {
    const known = this.#kwh[key];
    const total = known === undefined ? sum(...parts.map((part) => part.firstKwh())) : known + kwh;
    if (total !== null) this.#kwh[key] = total;
  }

  #settleHome(complete: boolean): number | null {
    this.#beginHome();
    if (complete && this.#resuming) {
      this.#resuming = false;
      const filled = this.#balanced().every(({ parts }) => parts.every((p) => p.account.counted));
      if (!filled) this.#home.lose();
    }
    return this.#home.settle(complete);
  }

  #balanced(): Total[] {
    return this.#totals.filter(({ sign }) => sign !== 0);
  }

  /** A ledger without a past begins with the home that its counters tell, where all of them do. */
  #beginHome(): void {
    const terms = this.#balanced();
    const known = terms.every(({ key }) => this.#kwh[key] !== undefined);
    if (this.#home.begun || !known || this.#ofRole('grid').length === 0) return;
    const lifetime = terms.reduce((kwh, { key, sign }) => kwh + sign * (this.#kwh[key] ?? 0), 0);
    this.#home.begin(this.#counterLed() ? Math.max(0, lifetime) : 0);
  }

  /** True where every total of the balance follows a counter. */
  #counterLed(): boolean {
    const terms = this.#balanced();
    const led = ({ parts, way }: Total) => parts.every(({ account }) => account.tied(way));
    return terms.length > 0 && terms.every(led);
  }

  #measuredChannels(grown: Map<Account, Grown>): Record<string, MeasuredChannel> {
    const measured: Record<string, MeasuredChannel> = {};
    for (const [id, channel] of this.#channels) {
      const counterImport = channel.counterKwh('import');
      const counterExport = channel.counterKwh('export');
      measured[id] = {
        import_kwh: grown.get(channel.account)?.import ?? null,
        export_kwh: grown.get(channel.account)?.export ?? null,
        ...(counterImport !== undefined && { counter_import_kwh: counterImport }),
        ...(counterExport !== undefined && { counter_export_kwh: counterExport }),
      };
    }
    return measured;
  }

  /** The totals as they are published, kWh; null until something is known. */
  totals(): EnergyTotals {
    const totals: EnergyTotals = {
      solar_kwh: this.#ofRole('solar').length > 0 ? null : 0,
      home_kwh: this.#home.shownKwh,
      import_kwh: null,
      export_kwh: null,
    };
    for (const { key } of this.#totals) totals[key] = this.#kwh[key] ?? null;
    return totals;
  }

  #state({ wallMs, monoMs }: Instant): LedgerState {
    const channels = [...this.#channels].map(([id, channel]) => [id, channel.state(monoMs)]);
    return {
      n: this.#settlements,
      at: wallMs,
      totals: { ...this.#kwh },
      ...(this.#home.begun && { home: this.#home.state() }),
      channels: Object.fromEntries(channels),
      ...(this.#made && { grid: this.#made.account.state() }),
    };
  }
}

function grownOf({ parts, way }: Total, grown: Map<Account, Grown>): number | null {
  const known = parts.map(({ account }) => grown.get(account)?.[way] ?? null);
  const some = known.filter((kwh) => kwh !== null);
  return some.length > 0 ? some.reduce((a, b) => a + b, 0) : null;
}
