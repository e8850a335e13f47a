/**
 * What is really there: the home, its meters and their lines, and everything that is wrong with them.
 * It obeys the simulator's own commands; it knows nothing of the appliance that reads it.
 */
import type { ReadRequest } from '../../nodes/bus/line.ts';
import type { Profile } from '../../nodes/meter/profile.ts';
import { zeroCounters } from '../../nodes/simulator/counters.ts';
import type { Home, HomeState } from '../../nodes/simulator/home.ts';
import { MeteredHome } from '../../nodes/simulator/metered-home.ts';
import { RegisterMeter } from '../../nodes/simulator/register-meter.ts';
import { metersOf, type WiredMeter } from '../../nodes/simulator/wiring.ts';
import type { Clock } from '../../nodes/site/clock.ts';
import type { SiteConfig } from '../../nodes/site/schema.ts';
import { type Failure, MemoryLine, type Party } from './memory-line.ts';

export interface PlantOptions {
  /** The configuration that would be right. */
  wired: SiteConfig;
  home: Home;
  /** Of a meter as it really is. */
  profileOf: (meter: WiredMeter) => Profile;
  clock: Clock;
  startMs: number;
  /** How much older than the first meter's the values of the others are, ms. */
  skewMs: number;
}

export class Plant {
  readonly lines = new Map<string, MemoryLine>();
  readonly #meters = new Map<string, MeterBehindLine>();

  constructor({ wired, home, profileOf, clock, startMs, skewMs }: PlantOptions) {
    const shared = remembering(home);
    const parties = new Map<string, Map<number, Party>>();
    for (const [index, meter] of metersOf(wired).entries()) {
      const own = trueClock(clock, startMs - (index === 0 ? 0 : skewMs));
      const behind = new MeterBehindLine(meter, profileOf(meter), shared, own);
      this.#meters.set(meter.id, behind);
      const onLine = parties.get(meter.bus) ?? new Map<number, Party>();
      parties.set(meter.bus, onLine.set(meter.unit, behind));
    }
    for (const [id, onLine] of parties) this.lines.set(id, new MemoryLine(id, clock, onLine));
  }

  get meters(): string[] {
    return [...this.#meters.keys()];
  }

  /** What the inverter made when the first meter was last read, W. */
  get solarW(): number {
    const [first] = this.#meters.values();
    return first?.solarW ?? 0;
  }

  /** @throws SolthriveError `message_invalid`; Error for a meter that is not there */
  command(meters: readonly string[] | undefined, payload: unknown): void {
    for (const meter of this.#named(meters)) meter.command(payload);
  }

  plug(bus: string | undefined, isPlugged: boolean): void {
    for (const line of this.lines.values()) {
      if (bus === undefined || line.id === bus) line.plug(isPlugged);
    }
  }

  #named(ids: readonly string[] | undefined): MeterBehindLine[] {
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

/** A meter that refreshes its registers once a second, when it is asked. */
class MeterBehindLine implements Party {
  readonly #meter: RegisterMeter;
  readonly #clock: Clock;
  #refreshedMs = 0;

  constructor({ wiring }: WiredMeter, profile: Profile, home: Home, clock: Clock) {
    this.#clock = clock;
    const metered = new MeteredHome({ home, wiring, ms: clock.now(), counters: zeroCounters() });
    this.#meter = new RegisterMeter({ metered, profile, clock });
    this.#meter.live();
  }

  get solarW(): number {
    return this.#meter.truth.solarW;
  }

  command(payload: unknown): void {
    this.#meter.command(payload);
  }

  answer({ fn, address, count }: ReadRequest): Buffer | number | Failure {
    const nowMs = this.#clock.mono();
    if (nowMs - this.#refreshedMs >= REFRESH_MS) {
      this.#refreshedMs = nowMs;
      this.#meter.live();
    }
    const reply = this.#meter.ask(fn, address, count);
    if (reply === 'timeout') return { code: 'bus_timeout' };
    if (reply === 'crc_error') return { code: 'bus_crc' };
    return reply === 'wrong_unit' ? { code: 'bus_bad_reply' } : reply;
  }
}

/** A little less than a second: polls need not be one apart to the millisecond. */
const REFRESH_MS = 950;

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
