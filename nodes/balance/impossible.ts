/**
 * Keeps numbers that cannot be of a source of somebody's own out of the home's books: they are unknown
 * behind this line, and the snapshot says so under `sources`, where health reads of it. Our own meters
 * doubt their registers themselves (nodes/meter/doubts.ts); a reading from a flow is judged here,
 * because here it is parsed, and before its channels are corrected.
 */
import {
  contradiction,
  farBeyond,
  isSoundVoltage,
  isStrangeEnergy,
  isStrangeFrequency,
  isStrangeVoltage,
  isTooMuch,
  Lasting,
  limitsOf,
  type PhaseLimits,
  type PhaseShown,
  type Service,
} from '../meter/plausible.ts';
import {
  type ChannelReading,
  type Doubt,
  PHASES,
  type Phase,
  type PhaseReading,
  type Reading,
} from '../meter/reading.ts';
import type { CtProfile, MeterConfig } from '../site/schema.ts';

export class Impossible {
  readonly #limits: ReadonlyMap<string, PhaseLimits>;
  readonly #lasting = new Map<string, Lasting>();

  constructor(
    { channels }: Pick<MeterConfig, 'channels'>,
    ctProfiles: readonly CtProfile[],
    service: Service,
  ) {
    this.#limits = new Map(
      channels.map((channel) => [channel.id, limitsOf(channel, ctProfiles, service)]),
    );
  }

  /** The reading without what cannot be; the same one where everything can. */
  without(reading: Reading): Reading {
    const doubts: Doubt[] = [];
    const anySound = this.#hasSound(reading);
    const channels: Reading['channels'] = {};
    for (const [id, channel] of Object.entries(reading.channels)) {
      const limits = this.#limits.get(id);
      channels[id] = limits
        ? this.#judge(channel, { id, limits, anySound, monoMs: reading.mono_ms, doubts })
        : channel;
    }
    const hertz = reading.frequency_hz ?? null;
    const isStrange = isStrangeFrequency(hertz, anySound);
    if (isStrange) doubts.push({ value: 'frequency_hz', shown: hertz, kind: 'frequency' });
    if (doubts.length === 0) return reading;
    return { ...reading, ...(isStrange && { frequency_hz: null }), channels, doubts };
  }

  #hasSound({ channels }: Reading): boolean {
    return Object.entries(channels).some(([id, { phases = {} }]) => {
      const limits = this.#limits.get(id);
      return limits && Object.values(phases).some((each) => isSoundVoltage(each.voltage_v, limits));
    });
  }

  #judge(channel: ChannelReading, place: Place): ChannelReading {
    const before = place.doubts.length;
    const phases = PHASES.flatMap((phase) => {
      const shown = channel.phases?.[phase];
      return shown ? [[phase, this.#judgePhase(shown, phase, place)] as const] : [];
    });
    const energies = (['import_kwh', 'export_kwh'] as const).filter((key) => {
      const kwh = channel[key] ?? null;
      const isStrange = isStrangeEnergy(kwh);
      if (isStrange)
        place.doubts.push({ value: key, channel: place.id, shown: kwh, kind: 'energy' });
      return isStrange;
    });
    const isPowerKept = place.doubts.length === before + energies.length;
    const isPossible = isPowerKept && this.#isPossible(channel, place);
    return {
      ...channel,
      power_w: isPossible ? channel.power_w : null,
      ...Object.fromEntries(energies.map((key) => [key, null])),
      ...(channel.phases && { phases: Object.fromEntries(phases) }),
    };
  }

  #judgePhase(seen: PhaseReading, phase: Phase, place: Place): PhaseReading {
    const { id, limits, anySound, monoMs, doubts } = place;
    const shown: PhaseShown = {
      voltageV: seen.voltage_v,
      currentA: seen.current_a,
      powerW: seen.power_w,
      powerFactor: seen.power_factor ?? null,
    };
    const against = contradiction(shown, limits);
    const goesOn = this.#lastingOf(`${id}/${phase}`).goesOn(against !== null, monoMs);
    const isStrange = isStrangeVoltage(shown.voltageV, limits, anySound);
    const kind = isStrange ? 'voltage' : (farBeyond(shown, limits) ?? (goesOn ? against : null));
    if (kind === null) return seen;
    const key = KEYS[kind];
    doubts.push({ value: key, phase, channel: id, shown: seen[key] ?? null, kind });
    return {
      ...seen,
      [key]: null,
      power_w: null,
      ...(seen.reactive_var !== undefined && { reactive_var: null }),
    };
  }

  /** The power of the channel as a whole, beside that of its phases. */
  #isPossible({ power_w: powerW, phases }: ChannelReading, place: Place): boolean {
    if (powerW === null) return true;
    const { id, limits, monoMs, doubts } = place;
    const seen = Object.values(phases ?? {});
    const apparentVa = seen.reduce(
      (sum, { voltage_v, current_a }) =>
        sum + Math.abs((voltage_v ?? Number.NaN) * (current_a ?? Number.NaN)),
      seen.length > 0 ? 0 : Number.NaN,
    );
    // Where nothing is known to compare with, the comparison is with NaN, and so never true.
    const isMore = isTooMuch(powerW, apparentVa, seen.length * limits.noiseW);
    const goesOn = this.#lastingOf(id).goesOn(isMore, monoMs);
    if (!goesOn && Math.abs(powerW) <= PHASES.length * limits.farW) return true;
    doubts.push({ value: 'power_w', channel: id, shown: powerW, kind: 'power' });
    return false;
  }

  #lastingOf(key: string): Lasting {
    const known = this.#lasting.get(key) ?? new Lasting();
    this.#lasting.set(key, known);
    return known;
  }
}

interface Place {
  id: string;
  limits: PhaseLimits;
  /** Some phase of the source has a sound voltage. */
  anySound: boolean;
  monoMs: number;
  doubts: Doubt[];
}

const KEYS = {
  voltage: 'voltage_v',
  current: 'current_a',
  power: 'power_w',
  power_factor: 'power_factor',
} as const;
