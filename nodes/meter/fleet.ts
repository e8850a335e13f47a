/**
 * The meters one node polls: which they are, on which lines, and with which profiles. What cannot be
 * polled is said and left out; the others are polled all the same.
 */
import type { LineLease } from '../bus/registry.ts';
import { type Clock, isoTime } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import type { Site } from '../site/config.ts';
import { SolthriveError } from '../site/errors.ts';
import type { BusConfig, ModbusMeterConfig } from '../site/schema.ts';
import { profileOf, profilesOf } from './fit.ts';
import type { MeterStatus } from './meter-status.ts';
import { Poller } from './poller.ts';
import type { Profile } from './profile.ts';
import type { Reading } from './reading.ts';
import { MeterSession } from './session.ts';

export interface FleetOptions {
  site: Site;
  meters: readonly ModbusMeterConfig[];
  /** Takes the place of the lines that the meters name. */
  bus: BusConfig | null;
  clock: Clock;
  acquire: (bus: BusConfig) => LineLease;
  onReading: (reading: Reading) => void;
  onStatus: (status: MeterStatus) => void;
  /** Called for each meter that cannot be polled. */
  onMistake: (mistake: SolthriveError) => void;
}

/**
 * The Modbus meters that a list of ids, separated by commas, names; all of them for an empty one.
 * @throws SolthriveError `meter_unknown`, which names those there are
 */
export function chooseMeters({ config }: Site, ids: string): ModbusMeterConfig[] {
  const all = config.meters.filter((meter) => meter.source === 'modbus');
  const wanted = ids.split(',').flatMap((id) => id.trim() || []);
  if (wanted.length === 0) return all;
  return [...new Set(wanted)].map((id) => {
    const found = all.find((meter) => meter.id === id);
    if (found) return found;
    const known = all.map((meter) => meter.id).join(', ') || '-';
    throw new SolthriveError('meter_unknown', { meter: id, known });
  });
}

/** Polls begin with `start` and are over when `close` resolves. */
export class Fleet {
  /** What is to be said of the meters that cannot be polled. */
  readonly misconfigured: MeterStatus[] = [];
  readonly #options: FleetOptions;
  readonly #polled: { poller: Poller; lease: LineLease }[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  start(): void {
    const { site, meters } = this.#options;
    const profiles = profilesOf(site);
    const withProfile = meters.flatMap((meter) => {
      try {
        return { meter, profile: profileOf(meter, profiles), bus: this.#busOf(meter) };
      } catch (thrown) {
        if (!(thrown instanceof SolthriveError)) throw thrown;
        this.#leaveOut(meter, thrown);
        return [];
      }
    });
    for (const [bus, members] of Map.groupBy(withProfile, (member) => member.bus)) {
      if (bus) this.#poll(bus, members);
    }
  }

  /** Gives the lines back, within 5 s. Never rejects. */
  async close(): Promise<void> {
    const closings = this.#polled.flatMap(({ poller, lease }) => [poller.stop(), lease.release()]);
    await within(this.#options.clock, Promise.allSettled(closings));
  }

  #leaveOut({ id, bus }: ModbusMeterConfig, mistake: SolthriveError): void {
    const { code, message, hint } = mistake;
    this.misconfigured.push({
      meter: id,
      bus: this.#options.bus?.id ?? bus,
      state: 'misconfigured',
      since: isoTime(this.#options.clock.now()),
      latency_ms: null,
      cycle_ms: null,
      failures: 0,
      error: { code, message, hint },
      identity: 'unknown',
      missing: [],
      plan: { fast: [], slow: [] },
    });
    this.#options.onMistake(mistake);
  }

  /** The configuration is checked as a whole when it is read: a bus that is named is there. */
  #busOf(meter: ModbusMeterConfig): BusConfig | undefined {
    const { bus, site } = this.#options;
    return bus ?? site.config.buses.find(({ id }) => id === meter.bus);
  }

  #poll(bus: BusConfig, members: { meter: ModbusMeterConfig; profile: Profile }[]): void {
    const { site, clock, acquire, onReading, onStatus } = this.#options;
    const lease = acquire(bus);
    const { line } = lease;
    const simulated = isSimulated(site, bus);
    const intervalMs = site.config.poll.interval_ms;
    const { ct_profiles: ctProfiles, site: service } = site.config;
    const common = { ctProfiles, service, line, clock, intervalMs, simulated };
    const sessions = members.flatMap(({ meter, profile }) => {
      try {
        return new MeterSession({ meter, profile, ...common });
      } catch (thrown) {
        if (!(thrown instanceof SolthriveError)) throw thrown;
        this.#leaveOut(meter, thrown);
        return [];
      }
    });
    const poller = new Poller({ line, clock, intervalMs, sessions, onReading, onStatus });
    this.#polled.push({ poller, lease });
    if (sessions.length > 0) poller.start();
  }
}

/** The simulated home is served on a port of this machine. */
function isSimulated({ simulated }: Site, bus: BusConfig): boolean {
  return bus.type === 'tcp' && bus.host === '127.0.0.1' && bus.port === simulated?.port;
}
