/**
 * The two sites of a scenario: the one that is configured, and the one that is wired. Where nothing is
 * said they are the same, and then every channel comes out right.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { z } from 'zod';
import type { Profile } from '../../nodes/meter/profile.ts';
import { loadProfiles } from '../../nodes/meter/profile-file.ts';
import { CLIMATE_HOMES } from '../../nodes/simulator/climates.ts';
import { homeScriptSchema } from '../../nodes/simulator/home-script.ts';
import type { Site } from '../../nodes/site/config.ts';
import { hashOf } from '../../nodes/site/hash.ts';
import { type SiteConfig, siteConfigSchema } from '../../nodes/site/schema.ts';
import type { Place } from '../../nodes/site/sun.ts';
import type { Scenario } from './format.ts';
import { merged } from './merged.ts';

const SHIPPED = join(import.meta.dirname, '../../config');
const WATTNODE = 'ccs-wattnode-wnc';

/** Split phase, mains on 200 A CTs, a 6 kW inverter on a pair of 50 A CTs on a meter of its own. */
const USUAL = {
  site: { service: 'split_phase', nominal_voltage: 120, service_amps: 200, inverter_watts: 6_000 },
  buses: [{ id: 'line', type: 'serial', port: '/dev/ttyUSB0' }],
  ct_profiles: [
    { id: 'sct200', rated_amps: 200 },
    { id: 'sct50', rated_amps: 50 },
  ],
  meters: [
    {
      ...{ id: 'main', profile: WATTNODE, bus: 'line', unit: 1 },
      channels: [{ id: 'mains', role: 'grid', phases: ['l1', 'l2'], ct: 'sct200' }],
    },
    {
      ...{ id: 'inverter', profile: WATTNODE, bus: 'line', unit: 2 },
      channels: [{ id: 'pv', role: 'solar', phases: ['l1', 'l2'], ct: 'sct50' }],
    },
  ],
};

type Piece = Record<string, unknown>;

/** Where a scenario names a climate, its home and its service come with it; else clouds come at noon. */
export function homeOf({ climate, home }: Scenario): Piece {
  const under = climate === undefined ? { weather: 'cloudy_noon' } : CLIMATE_HOMES[climate].home;
  return Object.fromEntries(
    Object.entries(merged(under, home)).map(([key, value]) => [key, withoutNulls(value)]),
  );
}

/** No battery is `null`; a battery's schedule that is `null` is one that a piece had and this has not. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null));
}

export interface Mistakes {
  /** The scenario's key under which their paths lie. */
  key: 'home' | 'site' | 'wired';
  schema: z.ZodType;
  issues: z.core.$ZodIssue[];
}

/** What is wrong with the home and the two sites once they are put together. */
export function mistakesIn(scenario: Scenario): Mistakes[] {
  const checks = [
    { key: 'home', schema: homeScriptSchema, piece: homeOf(scenario) },
    { key: 'site', schema: siteConfigSchema, piece: pieceOf(scenario) },
    { key: 'wired', schema: siteConfigSchema, piece: wiredPieceOf(scenario) },
  ] as const;
  const found: Mistakes[] = [];
  for (const { key, schema, piece } of checks) {
    const parsed = schema.safeParse(piece);
    if (parsed.success) continue;
    found.push({ key, schema, issues: parsed.error.issues });
    // How it is wired is how it is configured, and something: the same mistakes again.
    if (key === 'site') break;
  }
  return found;
}

/** A site that lists buses or meters has those and no others. */
function pieceOf(scenario: Scenario): Piece {
  const { place, climate, site } = scenario;
  const { meters, buses, ...usual } = USUAL;
  const there = climate === undefined ? place : CLIMATE_HOMES[climate].site;
  const base = { ...usual, site: { ...usual.site, ...there } };
  return {
    ...merged(base, site),
    buses: site.buses ?? buses,
    meters: Array.isArray(site.meters) ? site.meters.map(completed) : meters,
  };
}

/** A meter that is told in part: like the usual one of its id, else a WattNode on the usual bus. */
function completed(written: unknown, index: number): Piece {
  const own = pieceIn(written);
  const like = USUAL.meters.find(({ id }) => id === own.id);
  const under = like ?? { profile: WATTNODE, bus: USUAL.buses[0]?.id };
  const channels = Array.isArray(own.channels) ? own.channels.map(pieceIn) : like?.channels;
  return {
    ...{ ...under, unit: index + 1, ...own },
    channels: channels?.map((channel) => {
      const usual = like?.channels.find(({ id }) => id === channel.id);
      return usual && channel.role === undefined ? { ...usual, ...channel } : channel;
    }),
  };
}

function pieceIn(written: unknown): Piece {
  return typeof written === 'object' && written !== null ? { ...written } : {};
}

/** Where the home is, whatever the configuration knows of it. */
export function placeOf({ place, climate }: Scenario): Place & { timezone: string } {
  if (climate === undefined) return place;
  const { latitude, longitude, timezone } = CLIMATE_HOMES[climate].site;
  return { latitude: latitude ?? 0, longitude: longitude ?? 0, timezone };
}

/** @throws Error which says what is wrong with it, and where */
export function configOf(scenario: Scenario, over: Piece = {}): SiteConfig {
  return checked(merged(pieceOf(scenario), over), 'site');
}

/** The configuration that would be right for how the home is wired. */
export function wiredOf(scenario: Scenario): SiteConfig {
  return checked(wiredPieceOf(scenario), 'wired');
}

function wiredPieceOf(scenario: Scenario): Piece {
  const { latitude, longitude } = placeOf(scenario);
  const there = { site: { latitude, longitude } };
  return merged(merged(pieceOf(scenario), there), scenario.wired);
}

function checked(piece: Piece, what: string): SiteConfig {
  const parsed = siteConfigSchema.safeParse(piece);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`${what}: ${issues.join('; ')}`);
}

/** The folders of an appliance, with the scenario's own profiles where an installer puts them. */
export function furnish(folder: string, { profiles }: Scenario): Site['paths'] {
  const data = join(folder, 'data');
  const etc = join(folder, 'etc');
  const run = join(folder, 'run');
  for (const made of [data, run, join(etc, 'meters')]) mkdirSync(made, { recursive: true });
  for (const { like, ...own } of profiles) {
    const under = like === undefined ? {} : shippedProfile(String(like));
    const file = join(etc, 'meters', `${String(own.id)}.yaml`);
    writeFileSync(file, stringify(merged(under, own)));
  }
  return { etc, boot: [], data, run, records: data, shipped: SHIPPED };
}

function shippedProfile(id: string): Piece {
  return parse(readFileSync(join(SHIPPED, 'meters', `${id}.yaml`), 'utf8')) as Piece;
}

export function siteOf(config: SiteConfig, paths: Site['paths']): Site {
  const rest = { simulated: null, problems: [], origins: {}, version: '0.0.0' };
  return { config, hash: hashOf(config), paths, ...rest };
}

/** @throws Error for a profile that is not there or is refused */
export function profilesIn(paths: Site['paths']): (id: string) => Profile {
  const { known, refused } = loadProfiles([
    join(paths.shipped, 'meters'),
    join(paths.etc, 'meters'),
  ]);
  if (refused[0]) throw refused[0];
  return (id) => {
    const profile = known.get(id);
    if (!profile) throw new Error(`no profile ${id}: there are ${[...known.keys()].join(', ')}`);
    return profile;
  };
}
