/**
 * What is really there: the home, its meters and their lines, and everything that is wrong with them.
 * It obeys the simulator's own commands; it knows nothing of the appliance that reads it.
 */
import type { Line } from '../../nodes/bus/line.ts';
import type { Profile } from '../../nodes/meter/profile.ts';
import { zeroCounters } from '../../nodes/simulator/counters.ts';
import type { Home, HomeState } from '../../nodes/simulator/home.ts';
import { MeteredHome } from '../../nodes/simulator/metered-home.ts';
import { RegisterMeter } from '../../nodes/simulator/register-meter.ts';
import { metersOf, type WiredMeter } from '../../nodes/simulator/wiring.ts';
import type { Clock } from '../../nodes/site/clock.ts';
import type { SiteConfig } from '../../nodes/site/schema.ts';
import type { WiredLine, World } from './world.ts';

/** So long before each second of the wall clock the poller asks a line that takes no time. */
const ASKED_AHEAD_MS = 25;

export interface PlantOptions {
  /** The configuration that would be right. */
  wired: SiteConfig;
  home: Home;
  /** Of a meter as it really is. */
  profileOf: (meter: WiredMeter) => Profile;
  world: World;
  startMs: number;
  /** How much older than the first meter's the values of the others are, ms. */
  skewMs: number;
}

export class Plant {
  readonly lines = new Map<string, Line>();
  readonly #plugs = new Map<string, WiredLine>();
  readonly #meters = new Map<string, RegisterMeter>();

  /** Wires every meter of the configuration to its line. */
  static async build({ world, ...options }: PlantOptions): Promise<Plant> {
    const plant = new Plant();
    const home = remembering(options.home);
    const buses = new Map<string, Map<number, RegisterMeter>>();
    for (const [index, each] of metersOf(options.wired).entries()) {
      const startMs = options.startMs - (index === 0 ? 0 : options.skewMs);
      const clock = trueClock(world.clock, startMs);
      // Where it counts at the instants it is asked, it need not measure twice in a second.
      const ms = clock.now() - ASKED_AHEAD_MS;
      const beginning = { home, wiring: each.wiring, ms, counters: zeroCounters() };
      const metered = new MeteredHome(beginning);
      const meter = new RegisterMeter({ metered, profile: options.profileOf(each), clock });
      meter.live();
      plant.#meters.set(each.id, meter);
      const onBus = buses.get(each.bus) ?? new Map<number, RegisterMeter>();
      buses.set(each.bus, onBus.set(each.unit, meter));
    }
    for (const [bus, meters] of buses) {
      const wired = await world.wire(bus, meters);
      plant.lines.set(bus, wired.line);
      plant.#plugs.set(bus, wired);
    }
    return plant;
  }

  get meters(): string[] {
    return [...this.#meters.keys()];
  }

  /** What the inverter made when the first meter was last read, W. */
  get solarW(): number {
    const [first] = this.#meters.values();
    return first?.truth.solarW ?? 0;
  }

  /** @throws SolthriveError `message_invalid`; Error for a meter that is not there */
  command(meters: readonly string[] | undefined, payload: unknown): void {
    for (const meter of this.#named(meters)) meter.command(payload);
  }

  /** @throws Error for a meter that is not there */
  check(meters: readonly string[] | undefined): void {
    this.#named(meters);
  }

  plug(bus: string | undefined, isPlugged: boolean): void {
    for (const [id, wired] of this.#plugs) {
      if (bus === undefined || id === bus) wired.plug(isPlugged);
    }
  }

  #named(ids: readonly string[] | undefined): RegisterMeter[] {
    const all = this.meters;
    if (ids === undefined && all.length > 1) {
      throw new Error(`say which meter: ${all.join(', ')}, or all`);
    }
    const wanted = ids === undefined || ids.includes('all') ? all : ids;
    return wanted.map((id) => {
      const meter = this.#meters.get(id);
      if (!meter) throw new Error(`no meter ${id}: there are ${all.join(', ')}`);
      return meter;
    });
  }
}

/** The home's own time: the appliance's clock may be set, the sun is not. */
function trueClock(clock: Clock, startMs: number): Clock {
  return {
    now: () => startMs + clock.mono(),
    mono: () => clock.mono(),
    after: (ms, run) => clock.after(ms, run),
  };
}

/** Several meters ask for the same instant. */
function remembering(home: Home): Home {
  let kept: HomeState[] = [];
  return {
    at(ms) {
      const known = kept.find((state) => state.ms === ms);
      if (known) return known;
      const state = home.at(ms);
      kept = [state, ...kept.slice(0, KEPT - 1)];
      return state;
    },
  };
}

const KEPT = 3;
