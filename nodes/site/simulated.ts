/** When a home made of numbers stands in for meters, and what the configuration then says. */

import { join } from 'node:path';
import type { Site } from './config.ts';
import { say } from './describe.ts';
import { hashOf } from './hash.ts';
import { leaves, valueAt } from './origins.ts';
import type { SiteMode } from './paths.ts';
import type { ChannelConfig, MeterConfig, SiteConfig } from './schema.ts';
import { isTimeZone } from './schema-parts.ts';
import { formatPath } from './tree.ts';

/** A mid-northern home, where no location is configured. */
const LATITUDE = 41.9;

/**
 * True when nothing configured measures the house: no Modbus meter, and no external source with a
 * `grid` channel. A site with only, say, an external car charger still gets a home around it.
 */
export function needsSimulation(config: SiteConfig): boolean {
  return !config.meters.some(
    (meter) => meter.source === 'modbus' || meter.channels.some(({ role }) => role === 'grid'),
  );
}

/**
 * True where a home of numbers stands in: on a desk. An installed appliance says that it has no
 * meters.
 */
export function standsIn(config: SiteConfig, mode: SiteMode): boolean {
  return mode.kind !== 'appliance' && needsSimulation(config);
}

/**
 * The site with a simulated home in it: a WattNode on the bus `simulated` at 127.0.0.1:`port`, CT A
 * (and B, where there is a second leg) on the mains, CT C on solar. External sources stay. Its records go to a folder of their own.
 * @param machineZone  the time zone used where the site's was left at UTC, so that the person in
 *   front of the screen sees noon at noon
 */
export function standInForMeters(
  site: Site,
  port: number,
  machineZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone,
): Site {
  const bus = freeId('simulated', site.config.buses);
  const config: SiteConfig = {
    ...site.config,
    site: { ...site.config.site, ...locate(site.config.site, machineZone) },
    // At the end, so that what is configured keeps its place and its origin.
    buses: [...site.config.buses, { id: bus, type: 'tcp', host: '127.0.0.1', port }],
    meters: [...site.config.meters, simulatedMeter(site.config, bus)],
  };
  return {
    ...site,
    config,
    hash: hashOf(config),
    simulated: { port },
    paths: { ...site.paths, records: join(site.paths.data, 'simulated') },
    origins: originsOfHome(site, config),
  };
}

/** `wanted`, or another id where the site has something of its own by that name. */
function freeId(wanted: string, taken: readonly { id: string }[]): string {
  return taken.some(({ id }) => id === wanted) ? freeId(`${wanted}-simulated`, taken) : wanted;
}

/**
 * Three legs and solar are more than the three CTs of one WattNode: a three-phase site gets a home of
 * two legs, whose books close, rather than one with a leg that nothing measures.
 */
function simulatedMeter({ meters, site }: SiteConfig, bus: string): MeterConfig {
  const legs: ChannelConfig['phases'] = site.service === 'single_phase' ? ['l1'] : ['l1', 'l2'];
  return {
    id: freeId('main', meters),
    source: 'modbus',
    profile: 'ccs-wattnode-wnc',
    bus,
    unit: 1,
    channels: [
      { id: 'mains', role: 'grid', phases: legs, multiplier: 1, invert: false },
      { id: 'pv', role: 'solar', phases: ['l3'], multiplier: 1, invert: false },
    ],
  };
}

type Place = Pick<SiteConfig['site'], 'timezone' | 'latitude' | 'longitude'>;

/** Where no location is set, the sun stands over the site's own clock: noon is at noon. */
function locate(site: Place, machineZone: string): Place {
  const { latitude, longitude } = site;
  if (latitude !== null && longitude !== null)
    return { timezone: site.timezone, latitude, longitude };
  const machine = isTimeZone(machineZone) ? machineZone : 'UTC';
  const timezone = site.timezone === 'UTC' ? machine : site.timezone;
  return { timezone, latitude: LATITUDE, longitude: standardOffsetHours(timezone) * 15 };
}

/** Offset of a time zone from UTC in northern winter, h, within -12 to 12. */
function standardOffsetHours(timeZone: string): number {
  const winter = new Date(Date.UTC(2026, 0, 15, 12));
  const name = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(winter)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name ?? '') ?? [];
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) + Number(minutes) / 60);
  return Math.max(-12, Math.min(12, offset));
}

/** Where the values came from, with a name for those that the site did not have or had otherwise. */
function originsOfHome(site: Site, config: SiteConfig): Record<string, string> {
  return Object.fromEntries(
    leaves(config).map((path) => {
      const key = formatPath(path);
      const own = valueAt(site.config, path) === valueAt(config, path);
      return [key, (own ? site.origins[key] : undefined) ?? say('origin.simulated')];
    }),
  );
}
