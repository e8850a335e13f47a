/**
 * What a simulator node is to simulate: the home the site's configuration asks for, or a meter of its
 * own for training, or nothing. Knows the site and the node's settings; opens nothing.
 */
import { join } from 'node:path';
import type { Profile } from '../meter/profile.ts';
import { loadProfiles } from '../meter/profile-file.ts';
import type { Site } from '../site/config.ts';
import { SolthriveError } from '../site/errors.ts';
import type { ChannelConfig, ModbusMeterConfig } from '../site/schema.ts';
import type { SiteFacts } from './home.ts';
import type { Transport } from './server.ts';
import { LEGS, type Wiring, wiringOf } from './wiring.ts';

/** The node's settings, as the editor keeps them. */
export interface Settings {
  mode: 'auto' | 'always';
  transport: Transport['type'];
  host: string;
  port: number | string;
  serialPort: string;
  baud: number | string;
  profile: string;
  unit: number | string;
}

export interface Plan {
  home: SiteFacts;
  wiring: Wiring;
  profile: Profile;
  unit: number;
  transport: Transport;
  /** The meter of the configuration it stands in for; null in training, which leaves no records. */
  standIn: { id: string; channels: readonly ChannelConfig[] } | null;
}

/**
 * Decides from `settings` and the site; null when there is nothing to do.
 * @throws SolthriveError `profile_unknown`
 */
export function planOf(settings: Settings, site: Site): Plan | null {
  if (settings.mode === 'always') return trainingPlan(settings, site);
  const meter = simulatedMeter(site);
  if (!meter || !site.simulated) return null;
  const home = measurableHome(site.config.site, meter.channels);
  return {
    home,
    wiring: wiringOf(home.service, meter.channels, site.config.solar_position),
    profile: profileNamed(meter.profile, site),
    unit: meter.unit,
    transport: { type: 'tcp', host: '127.0.0.1', port: site.simulated.port },
    standIn: { id: meter.id, channels: meter.channels },
  };
}

function trainingPlan(settings: Settings, site: Site): Plan {
  const { host, serialPort: path, transport: type } = settings;
  const port = Number(settings.port);
  const baud = Number(settings.baud);
  return {
    home: site.config.site,
    wiring: wiringOf(site.config.site.service),
    profile: profileNamed(settings.profile, site),
    unit: Number(settings.unit),
    transport: type === 'serial' ? { type, path, baud } : { type, host, port, baud },
    standIn: null,
  };
}

/** The configured meter that asks on the simulated port. */
function simulatedMeter({ config, simulated }: Site): ModbusMeterConfig | undefined {
  if (!simulated) return undefined;
  const isOnPort = new Set(
    config.buses.flatMap((bus) =>
      bus.type === 'tcp' && bus.port === simulated.port ? [bus.id] : [],
    ),
  );
  return config.meters.find(
    (meter): meter is ModbusMeterConfig => meter.source === 'modbus' && isOnPort.has(meter.bus),
  );
}

/**
 * A home with no more legs than there are mains CTs: power on a leg that nothing measures would leave
 * the books of the home open.
 */
function measurableHome(site: SiteFacts, channels: readonly ChannelConfig[]): SiteFacts {
  const mains = channels.find((channel) => channel.role === 'grid');
  const measured = mains?.phases?.length ?? LEGS.three_phase;
  if (LEGS[site.service] <= measured) return site;
  return { ...site, service: measured === 1 ? 'single_phase' : 'split_phase' };
}

function profileNamed(id: string, { paths }: Site): Profile {
  const { known } = loadProfiles([join(paths.shipped, 'meters'), join(paths.etc, 'meters')]);
  const profile = known.get(id);
  if (profile) return profile;
  throw new SolthriveError('profile_unknown', { profile: id, known: [...known.keys()].join(', ') });
}
