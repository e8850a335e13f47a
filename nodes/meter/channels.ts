/**
 * Turns a meter's values into a site's channels: grid + import, solar + generation, battery +
 * discharge, everything else + consumption.
 */
import { SolthriveError } from '../site/errors.ts';
import type { ChannelConfig, CtProfile, ModbusMeterConfig } from '../site/schema.ts';
import { type Correction, corrected, correctionOf } from './correction.ts';
import { type CounterMap, mapCounters, readCounters } from './counters.ts';
import { CONNECTED_V } from './plausible.ts';
import type { Profile, ProfileValue } from './profile.ts';
import { type ChannelReading, PHASES, type Phase, type PhaseReading } from './reading.ts';
import { type LookUp, readValue, sum } from './values.ts';
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
  correction: Correction;
  counters: CounterMap | null;
}

export type PhaseNames = Record<
  'voltage' | 'current' | 'power' | 'reactive' | 'powerFactor',
  ValueName
>;

/** Made once: a name that is put together anew at each poll costs more than what it looks up. */
export const NAMES: Readonly<Record<Phase, PhaseNames>> = {
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
    const correction = correctionOf(channel, ctProfiles);
    const canTurn = phases.every((phase) => has.has(`reactive_power_${phase}`));
    const turns = canTurn && correction.leadRad !== 0;
    const asTotal = channel.phases === undefined && !turns && has.has('power_total');
    const whole = measured.every((phase) => phases.includes(phase));
    return {
      id: channel.id,
      role: channel.role,
      phases,
      powerName: asTotal ? 'power_total' : null,
      has,
      correction,
      counters: mapCounters(profile, { phases, whole }),
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
  const shown: ChannelReading = {
    role: map.role,
    power_w: isLost ? null : readPower(map, Object.values(phases), lookUp),
    phases,
  };
  if (map.counters) Object.assign(shown, readCounters(map.counters, lookUp));
  return corrected(shown, map.correction);
}

function readPower(map: ChannelMap, phases: PhaseReading[], lookUp: LookUp): number | null {
  if (map.powerName === null) return sum(phases.map(({ power_w }) => power_w));
  // The meter's own total leaves dead phases out, as it should on a service that has fewer.
  if (phases.every(({ voltage_v }) => isDead(voltage_v))) return null;
  return readValue(lookUp, map.powerName);
}

function readPhase(map: ChannelMap, phase: Phase, lookUp: LookUp): PhaseReading {
  const names = NAMES[phase];
  const voltage = readValue(lookUp, names.voltage);
  const read = (name: ValueName) => (isDead(voltage) ? null : readValue(lookUp, name));
  // Assigned, not spread: this runs for every phase of every poll, and spreading takes longer than
  // all the rest of it.
  const seen: PhaseReading = {
    voltage_v: voltage,
    current_a: read(names.current),
    power_w: read(names.power),
  };
  if (map.has.has(names.reactive)) seen.reactive_var = read(names.reactive);
  if (map.has.has(names.powerFactor)) seen.power_factor = read(names.powerFactor);
  return seen;
}

/**
 * A meter shows 0 A and 0 W for a phase that is not connected, which is not a measurement: a lost
 * voltage tap must not look like a house that uses nothing.
 */
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
