/**
 * The appliance of a scenario: the rooms of the real one, from the poller to the doctor, joined as the
 * shipped flows join them. What it keeps it keeps in files, so that it can be stopped and started.
 */
import { Checkpoint, readResume } from '../../nodes/balance/checkpoint.ts';
import { Balance } from '../../nodes/balance/home.ts';
import type { LedgerState } from '../../nodes/balance/measured.ts';
import { Ticker } from '../../nodes/balance/ticker.ts';
import type { Line } from '../../nodes/bus/line.ts';
import { type Fault, FaultBook } from '../../nodes/health/faults.ts';
import { Host, type HostPorts } from '../../nodes/health/host.ts';
import { SiteWatch } from '../../nodes/health/site-watch.ts';
import { Poller } from '../../nodes/meter/poller.ts';
import type { Profile } from '../../nodes/meter/profile.ts';
import { MeterSession } from '../../nodes/meter/session.ts';
import { type Clock, isoTime, type Timer } from '../../nodes/site/clock.ts';
import type { Site } from '../../nodes/site/config.ts';
import type { ModbusMeterConfig } from '../../nodes/site/schema.ts';

export interface ApplianceOptions {
  site: Site;
  profileOf: (id: string) => Profile;
  lines: ReadonlyMap<string, Line>;
  clock: Clock;
  clockTrusted: boolean;
  /** Each fault as it begins, changes and ends. */
  onFault: (fault: Fault) => void;
}

export class Appliance {
  readonly #options: ApplianceOptions;
  readonly #pollers: Poller[];
  readonly #balance: Balance;
  readonly #watch: SiteWatch;
  readonly #ticker: Ticker;
  readonly #checkpoint: Checkpoint;
  #ledger: LedgerState | null = null;
  #timer: Timer | null = null;

  /** Takes up what an earlier run has left in the site's folders. */
  static async start(options: ApplianceOptions): Promise<Appliance> {
    const resume = await readResume(options.site.paths);
    const appliance = new Appliance(options, resume?.ledger ?? null);
    appliance.#run();
    return appliance;
  }

  private constructor(options: ApplianceOptions, resume: LedgerState | null) {
    this.#options = options;
    const { site, clock, clockTrusted } = options;
    const start = { wallMs: clock.now(), monoMs: clock.mono() };
    this.#balance = new Balance({
      ...{ config: site.config, run: 'scenario', simulated: false, resume, start },
    });
    this.#checkpoint = new Checkpoint(site.paths);
    const book = new FaultBook({
      clock,
      say: (key) => key,
      announce: (fault) => {
        this.#balance.takeFault(fault);
        options.onFault(fault);
      },
    });
    const host = new Host(NO_MACHINE, clock, site.paths.records);
    this.#watch = new SiteWatch({ clock, site, book, host, setAside: { nodes: 0, files: 0 } });
    this.clockIs(clockTrusted);
    this.#ticker = new Ticker(clock, (second) => {
      if (!this.#balance.complete) return;
      const { snapshot, measured } = this.#balance.tick(second);
      this.#ledger = measured.ledger;
      this.#watch.snapshot(snapshot);
    });
    this.#pollers = [...options.lines.values()].map((line) => this.#pollerOn(line));
  }

  clockIs(trusted: boolean): void {
    this.#watch.clockSays({ ts: isoTime(this.#options.clock.now()), trusted });
  }

  /** @param how  `clean` saves first; `kill` leaves what was saved last */
  async stop(how: 'clean' | 'kill'): Promise<void> {
    this.#timer?.cancel();
    this.#ticker.stop();
    await Promise.all(this.#pollers.map((poller) => poller.stop()));
    if (how === 'clean') this.#watch.stop();
    if (how === 'clean' && this.#ledger !== null) this.#checkpoint.keep(this.#ledger);
    this.#checkpoint.close();
  }

  #pollerOn(line: Line): Poller {
    const { site, clock, profileOf } = this.#options;
    const { meters, ct_profiles: ctProfiles, poll } = site.config;
    const intervalMs = poll.interval_ms;
    const onLine = meters.filter(
      (meter): meter is ModbusMeterConfig => meter.source === 'modbus' && meter.bus === line.id,
    );
    const common = { ctProfiles, line, clock, intervalMs, simulated: false };
    const sessions = onLine.map(
      (meter) => new MeterSession({ meter, profile: profileOf(meter.profile), ...common }),
    );
    return new Poller({
      ...{ line, clock, intervalMs, sessions },
      onReading: (reading) => {
        this.#balance.take(reading);
        this.#watch.reading(reading);
      },
      onStatus: (status) => this.#watch.meterStatus(status),
    });
  }

  #run(): void {
    for (const poller of this.#pollers) poller.start();
    this.#ticker.start();
    const tick = () => {
      this.#timer = this.#options.clock.after(this.#watch.tick(), tick);
    };
    this.#timer = this.#options.clock.after(1_000, tick);
  }
}

/** A scenario is about a site: its machine is a sound one. */
const NO_MACHINE: HostPorts = {
  disk: () => Promise.resolve({ freeBytes: 16e9, totalBytes: 32e9, freeFiles: null }),
  readText: () => Promise.resolve(''),
  list: () => Promise.resolve([]),
  cpuMs: () => 0,
  memory: () => ({ rss: 0, heapUsed: 0, heapTotal: 0, hostFree: 0, hostTotal: 0 }),
  load: () => [0, 0, 0],
  cores: () => 4,
  uptimeS: () => 0,
};
