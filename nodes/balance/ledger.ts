/**
 * The energy of the home since its first day: totals that grow by what the channels' accounts grow
 * by, continue over restarts, and never go back. It decides nothing about power that is published.
 */
import type { Reading, Role } from '../meter/reading.ts';
import { REQUIRED_ROLES } from '../site/required.ts';
import type { ChannelConfig, SiteConfig } from '../site/schema.ts';
import type { Account, Growth } from './account.ts';
import { ChannelEnergy, type ChannelStep } from './channel-energy.ts';
import { HomeEnergy } from './home-energy.ts';
import { MadeGrid, type Maker } from './made-grid.ts';
import type {
  LedgerState,
  Measured,
  MeasuredChannel,
  Recovered,
  RecoveredEnergy,
  StandbyKwh,
} from './measured.ts';
import { Moments } from './moments.ts';
import { joinOutages, MadeUp, type Outage } from './outage.ts';
import { type PowerInputs, type SolarPosition, sum } from './power.ts';
import type { EnergyTotals } from './snapshot.ts';
import { WAYS, type Way } from './tie.ts';
import { Totals } from './totals.ts';

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

/** What the energy needs of a good reading. */
export type LedgerReading = Pick<Reading, 'meter' | 'channels' | 'mono_ms' | 'serial'>;

const NONE: readonly ChannelEnergy[] = [];

export class Ledger {
  #channels = new Map<string, ChannelEnergy>();
  #byMeter = new Map<string, { channel: string; energy: ChannelEnergy }[]>();
  #byRole: ReadonlyMap<Role, ChannelEnergy[]>;
  #required: readonly ChannelEnergy[];
  #made: MadeGrid | null;
  #moments: Moments;
  #totals: Totals;
  #home: HomeEnergy;
  #settlements: number;
  /** What counters have made up for since the last settlement. */
  #outage: Outage | null = null;
  #madeUp = new MadeUp();
  #recoveredS = 0;
  #markedS: number;
  #events: Measured['events'] = [];

  constructor({ channels, site, position, resume = null, start }: LedgerOptions) {
    const elapsedS = resume ? Math.max(0, (start.wallMs - resume.at) / 1000) : 0;
    for (const { id, meter, config } of channels) {
      const energy = new ChannelEnergy(id, {
        channel: config,
        site,
        resume: resume && { state: resume.channels[id] ?? {}, elapsedS },
        startMonoMs: start.monoMs,
      });
      this.#channels.set(id, energy);
      const siblings = this.#byMeter.get(meter) ?? [];
      this.#byMeter.set(meter, [...siblings, { channel: config.id, energy }]);
    }
    const energies = [...this.#channels.values()];
    this.#byRole = Map.groupBy(energies, ({ role }) => role);
    this.#required = energies.filter(({ role }) => REQUIRED_ROLES.includes(role));
    const makers = this.#makers(channels, position);
    const measured = makers.length < 2 || this.#ofRole('grid').length === 0;
    this.#made = measured ? null : new MadeGrid(makers, resume?.grid);
    const required = channels.filter(({ config }) => REQUIRED_ROLES.includes(config.role));
    this.#moments = new Moments(required, position);
    this.#totals = new Totals({
      channels: energies,
      madeGrid: this.#made?.account ?? null,
      restored: resume?.totals ?? {},
    });
    const battery = this.#ofRole('battery').length > 0;
    this.#home = new HomeEnergy({ restored: resume?.home, battery });
    this.#settlements = resume?.n ?? 0;
    this.#markedS = resume?.marked_s ?? 0;
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

  #ofRole(role: Role): readonly ChannelEnergy[] {
    return this.#byRole.get(role) ?? NONE;
  }

  /** Takes the channels of a good reading. */
  take({ meter, channels, mono_ms: monoMs, serial }: LedgerReading): void {
    const steps: [ChannelEnergy, ChannelStep][] = [];
    for (const { channel, energy } of this.#byMeter.get(meter) ?? []) {
      const reading = channels[channel];
      if (reading) steps.push([energy, energy.take({ reading, monoMs, serial })]);
    }
    const mark = this.#made?.heard(meter, monoMs);
    if (mark === 'gap' && !this.#made?.account.counted) this.#home.lose();
    for (const [energy, step] of steps) {
      this.#outage = joinOutages(this.#outage, this.#made?.counted(energy, step) ?? null);
      this.#note(energy, step);
    }
    // Two meters away in turn, each for a short time, leave the home unknown for a long one.
    const gap = this.#moments.heard(meter, monoMs, this.#inputs());
    if (gap) this.#home.interrupt(gap);
  }

  #note({ id, role }: ChannelEnergy, { gap, counted, lost, events }: ChannelStep): void {
    for (const event of events) this.#events.push({ channel: id, event });
    const outage = counted?.outage ?? null;
    this.#outage = joinOutages(this.#outage, outage);
    if (!REQUIRED_ROLES.includes(role)) return;
    if (outage) this.#recoveredS += this.#madeUp.take(outage);
    if (gap) this.#home.interrupt(gap);
    if (lost) this.#home.lose();
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
    const { seen, recovered } = this.#totals.grow(grown);
    this.#home.add({ seen, recovered, outage: this.#outage });
    this.#beginHome();
    const awaited = this.#required.some((channel) => channel.awaited);
    const home = this.#home.settle({ complete, awaited, monoMs: now.monoMs });
    this.#outage = joinOutages(this.#outage, home.outage);
    if (home.outage) this.#recoveredS += this.#madeUp.take(home.outage);
    const { coveredS, estimatedS, flows } = this.#moments.drain();
    const standby = this.#standby(grown);
    this.#markedS += coveredS + estimatedS + this.#recoveredS;
    const measured: Measured = {
      energy: {
        solar_kwh: null,
        import_kwh: null,
        export_kwh: null,
        ...seen,
        home_kwh: home.seenKwh,
        ...standby.seen,
      },
      by: this.#totals.counterLed ? 'counter' : 'integral',
      flows,
      covered_s: coveredS,
      estimated_s: estimatedS,
      recovered_s: this.#recoveredS,
      recovered: this.#recovered(
        { ...recovered, ...home.recovered, ...standby.recovered },
        grown,
        now,
      ),
      channels: this.#measuredChannels(grown),
      events: this.#events,
      ledger: this.#state(now),
    };
    this.#outage = null;
    this.#recoveredS = 0;
    this.#events = [];
    return measured;
  }

  /** Inverters draw a little while the sun is away: the other way of a solar channel. */
  #standby(grown: ReadonlyMap<Account, Growth>): Record<'seen' | 'recovered', StandbyKwh> {
    let [seenKwh, recoveredKwh] = [0, 0];
    for (const { account } of this.#ofRole('solar')) {
      const { seen, recovered } = grown.get(account) ?? {};
      seenKwh += seen?.export ?? 0;
      recoveredKwh += recovered?.export ?? 0;
    }
    const told = (kwh: number) => (kwh > 0 ? { solar_standby_kwh: kwh } : {});
    return { seen: told(seenKwh), recovered: told(recoveredKwh) };
  }

  #drainAccounts(): Map<Account, Growth> {
    const grown = new Map<Account, Growth>();
    for (const { account } of this.#channels.values()) grown.set(account, account.drain());
    if (this.#made) grown.set(this.#made.account, this.#made.account.drain());
    return grown;
  }

  /** A ledger without a past begins with the home that its counters tell, where all of them do. */
  #beginHome(): void {
    if (this.#home.begun || this.#ofRole('grid').length === 0) return;
    const lifetimeKwh = this.#totals.balanceKwh;
    if (lifetimeKwh === null) return;
    this.#home.begin(this.#totals.counterLed ? Math.max(0, lifetimeKwh) : 0);
  }

  /** What was made up for since the last settlement, in all. */
  #recovered(
    energy: RecoveredEnergy,
    grown: ReadonlyMap<Account, Growth>,
    { wallMs, monoMs }: Instant,
  ): Recovered | null {
    const outage = this.#outage;
    if (outage === null) return null;
    const channels: Recovered['channels'] = {};
    for (const [id, { account }] of this.#channels) {
      const { recovered } = grown.get(account) ?? {};
      if (!recovered || WAYS.every((way) => recovered[way] === 0)) continue;
      channels[id] = { import_kwh: recovered.import, export_kwh: recovered.export };
    }
    const isNothing = Object.keys({ ...energy, ...channels }).length === 0;
    if (isNothing && !outage.unseen) return null;
    const wallOf = (ms: number) => Math.round(wallMs - (monoMs - ms));
    return { fromMs: wallOf(outage.fromMs), toMs: wallOf(outage.toMs), energy, channels };
  }

  #measuredChannels(grown: ReadonlyMap<Account, Growth>): Record<string, MeasuredChannel> {
    const measured: Record<string, MeasuredChannel> = {};
    for (const [id, channel] of this.#channels) {
      const { seen, integrated } = grown.get(channel.account) ?? {};
      const powerSaw = (way: Way) => (channel.account.follows(way) ? integrated?.[way] : undefined);
      const [integratedImport, integratedExport] = [powerSaw('import'), powerSaw('export')];
      const counterImport = channel.counterKwh('import');
      const counterExport = channel.counterKwh('export');
      measured[id] = {
        import_kwh: seen?.import ?? null,
        export_kwh: seen?.export ?? null,
        ...(counterImport !== undefined && { counter_import_kwh: counterImport }),
        ...(counterExport !== undefined && { counter_export_kwh: counterExport }),
        ...(integratedImport !== undefined && { integrated_import_kwh: integratedImport }),
        ...(integratedExport !== undefined && { integrated_export_kwh: integratedExport }),
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
    for (const key of this.#totals.keys) totals[key] = this.#totals.kwh[key] ?? null;
    return totals;
  }

  #state({ wallMs, monoMs }: Instant): LedgerState {
    const channels: LedgerState['channels'] = {};
    for (const [id, channel] of this.#channels) channels[id] = channel.state(monoMs);
    return {
      n: this.#settlements,
      marked_s: Math.round(this.#markedS),
      at: wallMs,
      totals: { ...this.#totals.kwh },
      ...(this.#home.begun && { home: this.#home.state() }),
      channels,
      ...(this.#made && { grid: this.#made.account.state() }),
    };
  }
}
