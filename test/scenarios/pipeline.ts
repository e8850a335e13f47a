/**
 * Lives through one scenario: the home, its meters and its wires on one side, the appliance on the
 * other, registers between them, and one clock for both. Says what was found when, and judges nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../../nodes/health/faults.ts';
import { parseCommand } from '../../nodes/simulator/commands.ts';
import { homeScriptSchema } from '../../nodes/simulator/home-script.ts';
import { createScriptedHome } from '../../nodes/simulator/scripted-home.ts';
import { Appliance } from './appliance.ts';
import { Edges } from './edges.ts';
import type { Scenario, ScenarioEvent, Variant } from './format.ts';
import { type Course, resolve, utcOf } from './moments.ts';
import { Plant } from './plant.ts';
import { configOf, furnish, homeOf, placeOf, profilesIn, siteOf, wiredOf } from './site.ts';
import { type DrivenClock, virtualWorld, type World } from './world.ts';

/** One thing that was said of a fault. */
export interface Told {
  /** Since the scenario's start, ms. */
  ms: number;
  id: string;
  source: string;
  cause: string | null;
  state: Fault['state'];
  ended: boolean;
  evidence: Record<string, number>;
}

export interface Lived {
  told: Told[];
  /** When the appliance was stopped: it says nothing of what was, and begins anew. */
  stops: number[];
  course: Course;
  /** When something went wrong first, ms since the start. */
  wrongMs: number;
}

const SECOND_MS = 1_000;
const NOISE_PERCENT = 5;
const SKEW_MS = 1_000;
const RESTART_DOWN_MS = 10_000;

type Doing = () => Promise<void> | void;

interface Deed {
  atMs: number;
  do: Doing;
}

/**
 * @param makeWorld  what it is lived in; left out, on a clock that runs as fast as it can
 * @throws Error for a scenario that contradicts itself, which says how
 */
export async function live(
  scenario: Scenario,
  variants: readonly Variant[] = [],
  makeWorld: (startMs: number) => World = virtualWorld,
): Promise<Lived> {
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-scenario-'));
  const startMs = utcOf(scenario.start, placeOf(scenario).timezone);
  const world = makeWorld(startMs);
  try {
    const paths = furnish(folder, scenario);
    const plant = await build({ scenario, variants, world, startMs, paths });
    return await new Life({ scenario, variants, world, startMs, paths, plant }).live();
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Setting {
  scenario: Scenario;
  variants: readonly Variant[];
  world: World;
  startMs: number;
  paths: ReturnType<typeof furnish>;
}

function build({ scenario, variants, world, startMs, paths }: Setting): Promise<Plant> {
  const wired = wiredOf(scenario);
  const date = new Date(scenario.start).toISOString().slice(0, 10);
  const script = homeScriptSchema.parse({ start: date, ...homeOf(scenario) });
  const profileOf = profilesIn(paths);
  return Plant.build({
    ...{ wired, world, startMs },
    home: createScriptedHome(wired.site, script),
    profileOf: ({ id, profile }) => profileOf(scenario.answers_as[id] ?? profile),
    skewMs: variants.includes('skew') ? SKEW_MS : 0,
  });
}

class Life {
  readonly #scenario: Scenario;
  readonly #variants: readonly Variant[];
  readonly #clock: DrivenClock;
  readonly #startMs: number;
  readonly #place: ReturnType<typeof placeOf>;
  readonly #paths: Setting['paths'];
  readonly #plant: Plant;
  readonly #edges = new Edges();
  readonly #told: Told[] = [];
  readonly #stops: number[] = [];
  readonly #deeds: Deed[] = [];
  #config: ReturnType<typeof configOf>;
  #appliance: Appliance | null = null;
  #trusted = true;

  constructor({ scenario, variants, world, startMs, paths, plant }: Setting & { plant: Plant }) {
    this.#scenario = scenario;
    this.#variants = variants;
    this.#place = placeOf(scenario);
    this.#startMs = startMs;
    this.#clock = world.clock;
    this.#config = configOf(scenario);
    this.#paths = paths;
    this.#plant = plant;
  }

  async live(): Promise<Lived> {
    const { duration, wrong } = this.#scenario;
    for (const { meter, ...command } of wrong) this.#plant.command(listOf(meter), command);
    if (this.#variants.includes('noise')) {
      for (const [seed, meter] of this.#plant.meters.entries()) {
        this.#plant.command([meter], { fault: 'gain_noise', percent: NOISE_PERCENT, seed });
      }
    }
    const events = this.#planEvents();
    const course: Course = {
      startMs: this.#startMs,
      timezone: this.#place.timezone,
      place: this.#place,
      events,
      edges: this.#edges.passed,
    };
    const wrongMs = this.#wrongMs();
    this.#planRestart(course, wrongMs);
    await this.#begin();
    for (let ms = 0; ms < duration; ms += SECOND_MS) await this.#second(ms);
    await this.#appliance?.stop('clean');
    return { told: this.#told, stops: this.#stops, course, wrongMs };
  }

  async #second(ms: number): Promise<void> {
    for (const deed of this.#deeds) {
      if (deed.atMs < ms || deed.atMs >= ms + SECOND_MS) continue;
      await deed.do();
    }
    await this.#clock.runTo(ms + SECOND_MS);
    this.#edges.take(ms + SECOND_MS, this.#plant.solarW);
  }

  async #begin(): Promise<void> {
    const site = siteOf(this.#config, this.#paths);
    this.#appliance = await Appliance.start({
      site,
      profileOf: profilesIn(this.#paths),
      lines: this.#plant.lines,
      clock: this.#clock,
      clockTrusted: this.#trusted,
      onFault: (fault) => this.#tell(fault),
    });
  }

  #tell({ id, source, cause, state, cleared_at, evidence }: Fault): void {
    const ended = cleared_at !== undefined;
    const ms = this.#clock.mono();
    this.#told.push({ ms, id, source, cause: cause ?? null, state, ended, evidence });
  }

  /** @returns when each named event happens */
  #planEvents(): Map<string, number> {
    const named = new Map<string, number>();
    let course: Course = {
      startMs: this.#startMs,
      timezone: this.#place.timezone,
      place: this.#place,
      events: named,
      edges: [],
    };
    for (const event of this.#scenario.events) {
      const atMs = resolve(event.at, course, 0);
      if (atMs === null) throw new Error('an event is at a time that never comes');
      if (event.id !== undefined) named.set(event.id, atMs);
      course = { ...course, events: named };
      for (const deed of this.#deedsOf(event, atMs)) this.#deeds.push(deed);
    }
    this.#deeds.sort((a, b) => a.atMs - b.atMs);
    return named;
  }

  /** What goes wrong first: from the start, where there is nothing that goes wrong later. */
  #wrongMs(): number {
    const { wrong, wired, site } = this.#scenario;
    const isWrongAtOnce = wrong.length > 0 || Object.keys(wired).length > 0;
    const [first] = this.#deeds;
    return isWrongAtOnce || first === undefined || site === undefined ? 0 : first.atMs;
  }

  #deedsOf(event: ScenarioEvent, atMs: number): Deed[] {
    const { fault, clear, port, restart, configure, clock, jump } = event;
    const end = event.for;
    const later = (what: Doing): Deed[] =>
      end === undefined ? [] : [{ atMs: atMs + end, do: what }];
    if (fault !== undefined) {
      const order = parseCommand(orderOf(event));
      this.#plant.check(event.meter);
      return [{ atMs, do: () => this.#plant.command(event.meter, order) }];
    }
    if (clear !== undefined) {
      const order = clear === 'all' ? { fault: 'none' } : { clear };
      return [{ atMs, do: () => this.#plant.command(event.meter, order) }];
    }
    if (port !== undefined) {
      const plug = (isThere: boolean) => () => this.#plant.plug(event.bus, isThere);
      return [{ atMs, do: plug(port === 'back') }, ...later(plug(port !== 'back'))];
    }
    if (restart !== undefined) return this.#restart(atMs, restart, event.down);
    if (configure !== undefined) {
      return this.#restart(atMs, 'clean', event.down, () => {
        this.#config = configOf(this.#scenario, configure);
      });
    }
    if (clock !== undefined) {
      const trust = (is: boolean) => () => {
        this.#trusted = is;
        this.#appliance?.clockIs(is);
      };
      return [{ atMs, do: trust(clock === 'trusted') }, ...later(trust(clock !== 'trusted'))];
    }
    if (jump !== undefined) return [{ atMs, do: () => this.#clock.jump(jump) }];
    throw new Error('this kind of event is not known');
  }

  #restart(atMs: number, how: 'clean' | 'kill', downMs: number, meanwhile?: () => void): Deed[] {
    const stop = async () => {
      await this.#appliance?.stop(how);
      this.#appliance = null;
      this.#stops.push(this.#clock.mono());
      meanwhile?.();
    };
    return [
      { atMs, do: stop },
      { atMs: atMs + downMs, do: () => this.#begin() },
    ];
  }

  /** In the middle of what is to be found out, or of everything where there is nothing. */
  #planRestart(course: Course, wrongMs: number): void {
    if (!this.#variants.includes('restart')) return;
    const { variants, expect, duration } = this.#scenario;
    const asked = variants.restart_at && resolve(variants.restart_at, course, wrongMs);
    const firstMs = Math.min(
      duration,
      ...expect.map(({ within }) => wrongMs + (within ?? duration)),
    );
    const atMs = Math.round((asked ?? (wrongMs + firstMs) / 2) / SECOND_MS) * SECOND_MS;
    this.#deeds.push(...this.#restart(atMs, 'clean', RESTART_DOWN_MS));
    this.#deeds.sort((a, b) => a.atMs - b.atMs);
  }
}

/** The simulator's own command: its parameters stand beside the fault, or with it. */
function orderOf({ fault, for: lastsMs, meter: _meter, ...rest }: ScenarioEvent): unknown {
  const { at: _at, id: _id, down: _down, ...params } = rest;
  const order = typeof fault === 'string' ? { fault, ...params } : fault;
  return { ...order, ...(lastsMs === undefined ? {} : { seconds: lastsMs / 1_000 }) };
}

function listOf(written: unknown): string[] | undefined {
  if (written === undefined) return undefined;
  return Array.isArray(written) ? written.map(String) : [String(written)];
}
