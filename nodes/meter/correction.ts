/**
 * From what a meter shows to what flows in the circuit: which way its CT faces, how much of the
 * current it sees and how late. Every sign is settled here and nowhere later, for meters that are
 * polled and for sources of somebody's own.
 */
import type { ChannelConfig, CtProfile } from '../site/schema.ts';
import type { ChannelReading, Phase, PhaseReading } from './reading.ts';
import { sum, times } from './values.ts';

export interface Correction {
  /** A, W, var and kWh of the circuit per unit that is shown: the CT's gain times the multiplier. */
  factor: number;
  invert: boolean;
  /** How far the CT's current leads the circuit's, radians. */
  leadRad: number;
}

export function correctionOf(
  { ct: id, multiplier, invert }: Pick<ChannelConfig, 'ct' | 'multiplier' | 'invert'>,
  ctProfiles: readonly CtProfile[],
): Correction {
  const { gain = 1, phase_deg = 0 } = ctProfiles.find((ct) => ct.id === id) ?? {};
  return { factor: gain * multiplier, invert, leadRad: (phase_deg * Math.PI) / 180 };
}

/**
 * A channel as it flows. A CT's phase error is taken out where every phase tells the reactive power
 * that this takes. What is not known stays unknown.
 */
export function corrected(shown: ChannelReading, correction: Correction): ChannelReading {
  const { factor, invert } = correction;
  if (factor === 1 && !invert && correction.leadRad === 0) return shown;
  const { import_kwh, export_kwh, counter_step_kwh: step, ...rest } = shown;
  const { counter_modulus_kwh: modulus } = shown;
  const entries = Object.entries(shown.phases ?? {});
  const leads = correction.leadRad !== 0 && isTurnable(entries.map(([, phase]) => phase));
  const leadRad = leads ? correction.leadRad : 0;
  const phases = entries.map(
    ([id, phase]) => [id as Phase, correctPhase(phase, { factor, invert, leadRad })] as const,
  );
  return {
    ...rest,
    power_w: leads
      ? sum(phases.map(([, { power_w }]) => power_w))
      : times(shown.power_w, invert ? -factor : factor),
    ...counted('import_kwh', invert ? export_kwh : import_kwh, factor),
    ...counted('export_kwh', invert ? import_kwh : export_kwh, factor),
    ...counted('counter_step_kwh', step, factor),
    ...counted('counter_modulus_kwh', modulus, factor),
    ...(shown.phases && { phases: Object.fromEntries(phases) }),
  };
}

type CounterKey = 'import_kwh' | 'export_kwh' | 'counter_step_kwh' | 'counter_modulus_kwh';

/** Scaled where it is there; energies have no sign, so turning a CT round swaps them instead. */
function counted(key: CounterKey, kwh: number | null | undefined, factor: number) {
  return kwh === undefined ? {} : { [key]: times(kwh, factor) };
}

/** Whether a CT's phase error can be taken out at all. */
function isTurnable(phases: readonly Pick<PhaseReading, 'reactive_var'>[]): boolean {
  return phases.length > 0 && phases.every(({ reactive_var }) => reactive_var !== undefined);
}

function correctPhase(shown: PhaseReading, { factor, invert, leadRad }: Correction): PhaseReading {
  const signed = invert ? -factor : factor;
  const { reactive_var, power_factor } = shown;
  const seen = turn(leadRad, {
    powerW: times(shown.power_w, signed),
    reactiveVar: times(reactive_var ?? null, signed),
    powerFactor: times(power_factor ?? null, invert ? -1 : 1),
  });
  return {
    voltage_v: shown.voltage_v,
    current_a: times(shown.current_a, factor),
    power_w: seen.powerW,
    ...(reactive_var !== undefined && { reactive_var: seen.reactiveVar }),
    ...(power_factor !== undefined && { power_factor: seen.powerFactor }),
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
function turn(leadRad: number, seen: PowerTriangle): PowerTriangle {
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
