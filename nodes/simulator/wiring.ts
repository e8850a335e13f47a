/**
 * Which conductor each CT of a meter is on and which voltage it is paired with, as the channels of a
 * configuration want it. What the meter then measures is decided in `measuring.ts`.
 */
import type { SolarPosition } from '../balance/power.ts';
import { PHASES, type Phase } from '../meter/reading.ts';
import type { ChannelConfig, CtProfile, SiteConfig } from '../site/schema.ts';

/**
 * What a CT is clamped round. Leg `all` is the whole circuit on one CT (its cables passed through so
 * that the CT sees the current of every leg), counted at the voltage of leg 1.
 */
export type Conductor =
  /** Solar joins behind the mains CTs (`load_side`), or before them, where they do not see it. */
  | { kind: 'mains'; leg: number | 'all'; solar: SolarPosition }
  | { kind: 'solar' | 'battery' | 'ev'; leg: number | 'all' }
  /** A circuit of the home by its name; nothing flows where the home has none of that name. */
  | { kind: 'circuit'; name: string; leg: number | 'all' }
  | { kind: 'none' };

export interface MeterInput {
  /** The leg its voltage terminal is on. */
  tap: number;
  conductor: Conductor;
  /** 1 for a CT that faces the right way, -1 for one turned round, 0.5 for one that sees half. */
  turns: number;
  /** How far the CT's current leads the conductor's, degrees. */
  leadDeg: number;
}

export type Wiring = Record<Phase, MeterInput>;

type Service = SiteConfig['site']['service'];
type WiredChannel = Pick<ChannelConfig, 'role' | 'phases' | 'invert' | 'multiplier'> &
  Partial<Pick<ChannelConfig, 'id' | 'ct'>>;

/** What decides over the wiring of all meters of a site. */
interface Surroundings {
  service: Service;
  solar: SolarPosition;
  ctProfiles: readonly CtProfile[];
  allotment: Allotment;
}

/** A meter of the configuration, connected. */
export interface WiredMeter {
  id: string;
  /** Id of its profile. */
  profile: string;
  bus: string;
  unit: number;
  channels: readonly ChannelConfig[];
  wiring: Wiring;
}

/** Live conductors of a service. */
export const LEGS = { single_phase: 1, split_phase: 2, three_phase: 3 } as const;

/**
 * Every Modbus meter of a configuration, wired so that each channel comes out right. To play wrong
 * wires or a wrong configuration, wire the home by the configuration that would be true and let the
 * appliance read by another.
 */
export function metersOf(
  config: Pick<SiteConfig, 'site' | 'meters' | 'solar_position' | 'ct_profiles'>,
): WiredMeter[] {
  const { service } = config.site;
  const meters = config.meters.filter((meter) => meter.source === 'modbus');
  const all = meters.flatMap(({ channels }) => channels);
  const allotment = new Allotment(LEGS[service], all);
  const solar = config.solar_position;
  const surroundings = { service, solar, ctProfiles: config.ct_profiles, allotment };
  return meters.map(({ id, profile, bus, unit, channels }) => ({
    id,
    profile,
    bus,
    unit,
    channels,
    wiring: wired(channels, surroundings),
  }));
}

/**
 * The wiring of a lone meter that makes `channels` come out right. Without channels: the mains, leg
 * by leg, from l1 on, and where an input is left over (single and split phase) the whole inverter
 * on l3.
 */
export function wiringOf(
  service: Service,
  channels: readonly WiredChannel[] = [],
  solar: SolarPosition = 'load_side',
): Wiring {
  const legs = LEGS[service];
  if (channels.length > 0) {
    const allotment = new Allotment(legs, channels);
    return wired(channels, { service, solar, ctProfiles: [], allotment });
  }
  const wiring = unused();
  PHASES.slice(0, legs).forEach((phase, leg) => {
    wiring[phase] = { ...wiring[phase], tap: leg, conductor: { kind: 'mains', leg, solar } };
  });
  if (legs < 3) wiring.l3.conductor = { kind: 'solar', leg: 'all' };
  return wiring;
}

function unused(): Wiring {
  const free = (): MeterInput => ({ tap: 0, conductor: { kind: 'none' }, turns: 1, leadDeg: 0 });
  return { l1: free(), l2: free(), l3: free() };
}

function wired(channels: readonly WiredChannel[], surroundings: Surroundings): Wiring {
  const { service, solar, ctProfiles, allotment } = surroundings;
  const wiring = unused();
  for (const channel of channels) {
    const { gain, phase_deg } = ctProfiles.find(({ id }) => id === channel.ct) ?? NEUTRAL_CT;
    const facing = channel.invert ? -1 : 1;
    for (const phase of channel.phases ?? PHASES.slice(0, LEGS[service])) {
      const { leg, share } = allotment.next(channel);
      wiring[phase] = {
        tap: leg === 'all' ? 0 : leg,
        conductor: conductorOf(channel, leg, solar),
        turns: (facing * share) / (channel.multiplier * gain),
        leadDeg: phase_deg,
      };
    }
  }
  return wiring;
}

const NEUTRAL_CT = { gain: 1, phase_deg: 0 };

function conductorOf(channel: WiredChannel, leg: number | 'all', solar: SolarPosition): Conductor {
  switch (channel.role) {
    case 'grid':
      return { kind: 'mains', leg, solar };
    case 'solar':
    case 'battery':
    case 'ev':
      return { kind: channel.role, leg };
    default:
      return { kind: 'circuit', name: channel.id ?? '', leg };
  }
}

/** What channels of one kind share between them. */
interface Circuit {
  /** CTs of channels with fewer than the service has legs. */
  cts: number;
  /** Channels that measure the whole circuit with such CTs. */
  wholes: number;
  given: number;
}

/**
 * Deals the legs of each circuit out to the CTs that measure it, in the order of the configuration:
 * CTs enough for every leg get one each; too few, or a multiplier, mean one CT for the whole. Only mains
 * may be measured in part.
 */
class Allotment {
  readonly #legs: number;
  readonly #circuits = new Map<string, Circuit>();

  constructor(legs: number, channels: readonly WiredChannel[]) {
    this.#legs = legs;
    for (const channel of channels) {
      const circuit = this.#circuitOf(channel);
      if (!this.#isPart(channel)) continue;
      if (channel.multiplier === 1) circuit.cts += channel.phases?.length ?? 0;
      else circuit.wholes += 1;
    }
    for (const [key, circuit] of this.#circuits) {
      // Mains on too few CTs: a leg that nobody measures.
      if (key !== 'grid' && circuit.cts % legs !== 0) circuit.wholes += circuit.cts;
    }
  }

  /** The leg of the next CT of a channel, and its share where several see the same. */
  next(channel: WiredChannel): { leg: number | 'all'; share: number } {
    const circuit = this.#circuitOf(channel);
    const isEnough = channel.role === 'grid' || circuit.cts % this.#legs === 0;
    if (!this.#isPart(channel) || (channel.multiplier === 1 && isEnough)) {
      return { leg: circuit.given++ % this.#legs, share: 1 };
    }
    return { leg: 'all', share: 1 / circuit.wholes };
  }

  #isPart({ phases }: WiredChannel): boolean {
    return phases !== undefined && phases.length < this.#legs;
  }

  #circuitOf({ role, id = '' }: WiredChannel): Circuit {
    const key = role === 'load' || role === 'subpanel' ? `${role} ${id}` : role;
    let circuit = this.#circuits.get(key);
    if (!circuit) {
      circuit = { cts: 0, wholes: 0, given: 0 };
      this.#circuits.set(key, circuit);
    }
    return circuit;
  }
}
