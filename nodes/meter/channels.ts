/**
 * Turns a meter's values into a site's channels. Every sign is settled here and nowhere later: grid
 * + import, solar + generation, battery + discharge, everything else + consumption.
 */
import { SolthriveError } from '../site/errors.ts';
import type { ChannelConfig, CtProfile, ModbusMeterConfig } from '../site/schema.ts';
import { type CounterMap, mapCounters, readCounters } from './counters.ts';
import type { Profile, ProfileValue } from './profile.ts';
import { type ChannelReading, PHASES, type Phase, type PhaseReading } from './reading.ts';
import { type LookUp, readValue, sum, times } from './values.ts';
import type { ValueName } from './vocabulary.ts';

/** How one channel is made of a meter's values. */
export interface ChannelMap {
  id: string;
  role: ChannelConfig['role'];
  phases: Phase[];
  /** The value that holds the whole channel's power; null where it is the sum of its phases. */
  powerName: ValueName | null;
  /** What this kind of meter measures at all. */
  has: ReadonlySet<ValueName>;
  /** A, W, var and kWh of the circuit per unit the meter shows: the CT's gain times the multiplier. */
  factor: number;
  invert: boolean;
  /** How far the CT's current leads the circuit's, radians. */
  leadRad: number;
  counters: CounterMap | null;
}

/**
 * Below this a phase counts as not connected, V. A meter then shows 0 A and 0 W there, which is not
 * a measurement: a lost voltage tap must not look like a house that uses nothing.
 */
const CONNECTED_V = 30;

type PhaseNames = Record<'voltage' | 'current' | 'power' | 'reactive' | 'powerFactor', ValueName>;

/** Made once: a name that is put together anew at each poll costs more than what it looks up. */
const NAMES: Record<Phase, PhaseNames> = {
  l1: namesOf('l1'),
  l2: namesOf('l2'),
  l3: namesOf('l3'),
};

function namesOf(phase: Phase): PhaseNames {
  return {
    voltage: `voltage_${phase}_n`,
    current: `current_${phase}`,
    power: `power_${phase}`,
    reactive: `reactive_power_${phase}`,
    powerFactor: `power_factor_${phase}`,
  };
}

/**
 * How a meter's channels are made of its values. A channel without phases is the whole meter. A CT's
 * phase error is corrected where the meter tells the reactive power that this takes.
 * @throws SolthriveError `phase_unknown` for a phase that this kind of meter does not measure
 */
export function mapChannels(
  meter: ModbusMeterConfig,
  profile: Profile,
  ctProfiles: readonly CtProfile[],
): ChannelMap[] {
  const has = new Set(profile.values.map(({ name }) => name));
  const measured = PHASES.filter((phase) => has.has(`power_${phase}`));
  return meter.channels.map((channel) => {
    const phases = channel.phases ?? measured;
    const stranger = phases.find((phase) => !measured.includes(phase));
    if (stranger) throw phaseUnknown(meter, channel, profile, stranger, measured);
    const ct = ctProfiles.find(({ id }) => id === channel.ct);
    const factor = (ct?.gain ?? 1) * channel.multiplier;
    const turns = phases.every((phase) => has.has(`reactive_power_${phase}`));
    const leadRad = turns ? ((ct?.phase_deg ?? 0) * Math.PI) / 180 : 0;
    const asTotal = channel.phases === undefined && leadRad === 0 && has.has('power_total');
    const whole = measured.every((phase) => phases.includes(phase));
    return {
      id: channel.id,
      role: channel.role,
      phases,
      powerName: asTotal ? 'power_total' : null,
      has,
      factor,
      invert: channel.invert,
      leadRad,
      counters: mapCounters(profile, { phases, whole, factor }),
    };
  });
}

/** The values of a profile that some channels need, and the frequency. */
export function wantedValues(maps: readonly ChannelMap[], profile: Profile): ProfileValue[] {
  const wanted = new Set<ValueName>(['frequency']);
  for (const { phases, powerName, counters } of maps) {
    const names = [
      ...phases.flatMap((phase) => Object.values(NAMES[phase])),
      ...(counters?.import ?? []),
      ...(counters?.export ?? []),
    ];
    for (const name of names) wanted.add(name);
    if (powerName) wanted.add(powerName);
  }
  return profile.values.filter(({ name }) => wanted.has(name));
}

/** Phases that have a voltage now, as far as the meter tells. */
export function connectedPhases(lookUp: LookUp): Phase[] {
  return PHASES.filter((phase) => {
    const voltage = readValue(lookUp, NAMES[phase].voltage);
    return voltage !== null && !isDead(voltage);
  });
}

/**
 * One channel as a reading carries it. What is not known now is null, and so is every sum of it.
 * @param lived  phases that have been connected before: the meter's total goes on without one that
 *   has lost its voltage, and is none then
 */
export function readChannel(
  map: ChannelMap,
  lookUp: LookUp,
  lived: ReadonlySet<Phase> = new Set(),
): ChannelReading {
  const phases: Partial<Record<Phase, PhaseReading>> = {};
  for (const phase of map.phases) phases[phase] = readPhase(map, phase, lookUp);
  const isLost = map.phases.some(
    (phase) => lived.has(phase) && isDead(phases[phase]?.voltage_v ?? null),
  );
  return {
    role: map.role,
    power_w: isLost ? null : readPower(map, Object.values(phases), lookUp),
    ...(map.counters ? readCounters(map.counters, map.invert, lookUp) : {}),
    phases,
  };
}

function readPower(map: ChannelMap, phases: PhaseReading[], lookUp: LookUp): number | null {
  if (map.powerName === null) return sum(phases.map(({ power_w }) => power_w));
  // The meter's own total leaves dead phases out, as it should on a service that has fewer.
  if (phases.every(({ voltage_v }) => isDead(voltage_v))) return null;
  return times(readValue(lookUp, map.powerName), signedFactor(map));
}

function readPhase(map: ChannelMap, phase: Phase, lookUp: LookUp): PhaseReading {
  const names = NAMES[phase];
  const voltage = readValue(lookUp, names.voltage);
  const read = (name: ValueName) => (isDead(voltage) ? null : readValue(lookUp, name));
  const seen = turn(map, {
    powerW: times(read(names.power), signedFactor(map)),
    reactiveVar: times(read(names.reactive), signedFactor(map)),
    powerFactor: times(read(names.powerFactor), map.invert ? -1 : 1),
  });
  return {
    voltage_v: voltage,
    current_a: times(read(names.current), map.factor),
    power_w: seen.powerW,
    ...(map.has.has(names.reactive) ? { reactive_var: seen.reactiveVar } : {}),
    ...(map.has.has(names.powerFactor) ? { power_factor: seen.powerFactor } : {}),
  };
}

interface PowerTriangle {
  powerW: number | null;
  reactiveVar: number | null;
  powerFactor: number | null;
}

/**
 * Takes a CT's phase error out. A current that leads by d is seen at the angle t - d, so the true
 * P = P' cos d - Q' sin d and Q = Q' cos d + P' sin d, with P' and Q' as measured.
 */
function turn({ leadRad }: ChannelMap, seen: PowerTriangle): PowerTriangle {
  if (leadRad === 0) return seen;
  if (seen.powerW === null || seen.reactiveVar === null) {
    return { powerW: null, reactiveVar: null, powerFactor: null };
  }
  const [cos, sin] = [Math.cos(leadRad), Math.sin(leadRad)];
  const powerW = seen.powerW * cos - seen.reactiveVar * sin;
  const reactiveVar = seen.reactiveVar * cos + seen.powerW * sin;
  const apparent = Math.hypot(powerW, reactiveVar);
  return { powerW, reactiveVar, powerFactor: apparent === 0 ? null : powerW / apparent };
}

function signedFactor({ factor, invert }: ChannelMap): number {
  return invert ? -factor : factor;
}

function isDead(voltage: number | null): boolean {
  return voltage !== null && voltage < CONNECTED_V;
}

function phaseUnknown(
  meter: ModbusMeterConfig,
  channel: ChannelConfig,
  profile: Profile,
  phase: Phase,
  measured: readonly Phase[],
): SolthriveError {
  return new SolthriveError('phase_unknown', {
    meter: meter.id,
    channel: channel.id,
    phase,
    model: profile.model,
    known: measured.join(', '),
  });
}
