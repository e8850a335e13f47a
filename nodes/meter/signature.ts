/**
 * Decides what is wrong with the way a meter is read, from its registers: tries every other way, and
 * names one only if it alone makes sense of volts, frequency and powers together (ct-doctor rules,
 * "Scaling signatures"). It asks nothing and changes nothing.
 */
import type { PhaseNames } from './channels.ts';
import type { Signature } from './meter-status.ts';
import {
  contradiction,
  farBeyond,
  isSoundVoltage,
  isStrangeFrequency,
  isStrangeVoltage,
  type PhaseLimits,
  type PhaseShown,
} from './plausible.ts';
import type { Profile, ProfileValue, ValueType } from './profile.ts';
import { decodeValue, type RegisterOrder, rawNumber, registersOf } from './registers.ts';
import type { ValueName } from './vocabulary.ts';
import type { Half } from './width.ts';

/** Registers as they came. */
export interface Stretch {
  address: number;
  data: Uint8Array;
}

export interface LookedAt {
  profile: Profile;
  /** What the meter is read for and has. */
  values: readonly ProfileValue[];
  stretches: readonly Stretch[];
  phases: readonly { names: PhaseNames; limits: PhaseLimits; half: Half }[];
  /** The meter's total, where that is read. */
  halfTotal: Half | null;
  /** It does not answer like the kind of meter its profile describes. */
  isOtherKind: boolean;
}

/** A way to read: where a value begins, of which type it is, in which order its bytes stand. */
interface Way {
  cause: Signature['cause'];
  shift: number;
  order: RegisterOrder;
  /** The type to read a value as. */
  retype(type: ValueType): ValueType;
}

/**
 * What is wrong with the way the meter is read; null where nothing is (any more), or no other way
 * makes sense, or more than one does.
 */
export function recognise(looked: LookedAt): Signature | null {
  const [half] = recogniseHalves(looked);
  if (half) return half;
  const declared = asDeclared(looked.profile);
  if (makesSense(looked, declared)) return null;
  const fitting = waysOf(looked.profile).filter((way) => makesSense(looked, way));
  if (fitting.length === 0) return looked.isOtherKind ? describe(looked, declared) : null;
  const way = theOne(fitting);
  return way && describe(looked, way);
}

/**
 * The way to name of those that make sense. Integers of which every high word is 0 read the same one
 * register earlier as they do in the other order: then it is the order, as addresses are what makers'
 * lists agree on. Of orders, and of addresses, there may be but one; floats and integers of the same
 * width do not both make sense.
 */
function theOne(fitting: readonly Way[]): Way | null {
  for (const cause of ['word_order', 'offset'] as const) {
    const [way, ...others] = fitting.filter((each) => each.cause === cause);
    if (way) return others.length === 0 ? way : null;
  }
  return fitting[0] ?? null;
}

/**
 * The powers that are but the low 16 bits of what they should be: the registers beside them, or the
 * numbers that 16 bits are short of, make them agree with volts, amperes and power factor.
 */
export function recogniseHalves(looked: LookedAt): Signature[] {
  const found: Signature[] = [];
  const sum = { apparentVa: 0, powerW: 0 };
  const declared = asDeclared(looked.profile);
  for (const { names, half } of looked.phases) {
    const { voltageV, currentA, powerW, powerFactor } = shownOf(looked, names, declared);
    const apparentVa = Math.abs((voltageV ?? Number.NaN) * (currentA ?? Number.NaN));
    sum.apparentVa += apparentVa;
    sum.powerW += powerW ?? Number.NaN;
    const flowsW = powerFactor === null ? null : apparentVa * Math.abs(powerFactor);
    const whole = completedBy(looked, half, { apparentVa, flowsW });
    if (whole) found.push(whole);
  }
  if (looked.halfTotal === null || found.length > 0) return found;
  const flowsW = Number.isFinite(sum.powerW) ? Math.abs(sum.powerW) : null;
  const total = completedBy(looked, looked.halfTotal, { apparentVa: sum.apparentVa, flowsW });
  return total ? [total] : [];
}

/** What flows, as far as it is known without the power itself. */
interface Flows {
  apparentVa: number;
  flowsW: number | null;
}

/** Loads have at least this power factor nearly always, and hardly ever as little as the other. */
const LOAD_FACTOR = { least: 0.8, most: 1.05 };
const HALF_FACTOR = 0.5;

function completedBy(looked: LookedAt, half: Half, { apparentVa, flowsW }: Flows) {
  const { value } = half;
  const declared = asDeclared(looked.profile);
  const shown = read(looked, value, declared);
  if (shown === null) return null;
  if (flowsW !== null) {
    const fits = half.wholeW(shown, flowsW);
    const way: Way = { ...declared, cause: 'width', retype: () => 'int32' };
    return fits === null ? null : signature(looked, value, { shown, fits, way });
  }
  if (!half.isNarrow || !(Math.abs(shown) < HALF_FACTOR * apparentVa)) return null;
  return completedBeside(looked, value, { shown, apparentVa });
}

/** The word beside it, before or after, makes it a load. */
function completedBeside(
  looked: LookedAt,
  value: ProfileValue,
  { shown, apparentVa }: { shown: number; apparentVa: number },
): Signature | null {
  const { byteOrder } = looked.profile;
  for (const wordOrder of ['big', 'little'] as const) {
    const shift = wordOrder === 'big' ? -1 : 0;
    const order = { wordOrder, byteOrder };
    const way: Way = { cause: 'width', shift, order, retype: () => 'int32' };
    const fits = read(looked, value, way);
    const factor = Math.abs(fits ?? 0) / apparentVa;
    if (fits !== null && factor >= LOAD_FACTOR.least && factor <= LOAD_FACTOR.most) {
      return signature(looked, value, { shown, fits, way });
    }
  }
  return null;
}

function asDeclared(order: RegisterOrder): Way {
  return { cause: 'profile', shift: 0, order, retype: (type) => type };
}

/** Every other way that profiles are known to go wrong in. */
function waysOf({ wordOrder, byteOrder }: Profile): Way[] {
  const same = (type: ValueType) => type;
  const orders = [
    { wordOrder: other(wordOrder), byteOrder },
    { wordOrder, byteOrder: other(byteOrder) },
    { wordOrder: other(wordOrder), byteOrder: other(byteOrder) },
  ];
  const order = { wordOrder, byteOrder };
  return [
    ...orders.map((each) => ({
      cause: 'word_order' as const,
      shift: 0,
      order: each,
      retype: same,
    })),
    ...[-2, -1, 1, 2].map((shift) => ({ cause: 'offset' as const, shift, order, retype: same })),
    ...widths(byteOrder),
  ];
}

/** 16 bits where there are 32, and 32 where there are 16. */
function widths(byteOrder: RegisterOrder['byteOrder']): Way[] {
  const wider = (['float32', 'int32'] as const).flatMap((wide) =>
    (['big', 'little'] as const).flatMap((wordOrder) =>
      [0, -1].map((shift) => ({
        cause: 'width' as const,
        shift,
        order: { wordOrder, byteOrder },
        retype: (type: ValueType) => (registersOf(type) === 1 ? wide : type),
      })),
    ),
  );
  const narrower = [0, 1].map((shift) => ({
    cause: 'width' as const,
    shift,
    order: { wordOrder: 'big' as const, byteOrder },
    retype: (type: ValueType) => (registersOf(type) === 2 ? ('int16' as const) : type),
  }));
  return [...wider, ...narrower];
}

function other<T extends 'big' | 'little'>(order: T): 'big' | 'little' {
  return order === 'big' ? 'little' : 'big';
}

/** Volts, frequency and powers have to make sense together, and at least one voltage be sound. */
function makesSense(looked: LookedAt, way: Way): boolean {
  const frequency = valueBy(looked, 'frequency', way);
  // Undefined: this kind of meter has none. Null: its registers hold no number, read so.
  if (frequency === null || isStrangeFrequency(frequency ?? null, true)) return false;
  const seen = looked.phases.map(({ names, limits }) => ({
    limits,
    shown: shownOf(looked, names, way),
  }));
  const anySound = seen.some(({ shown, limits }) => isSoundVoltage(shown.voltageV, limits));
  return anySound && seen.every(({ shown, limits }) => isSensible(shown, limits));
}

function shownOf(looked: LookedAt, names: PhaseNames, way: Way): PhaseShown {
  return {
    voltageV: valueBy(looked, names.voltage, way) ?? null,
    currentA: valueBy(looked, names.current, way) ?? null,
    powerW: valueBy(looked, names.power, way) ?? null,
    powerFactor: valueBy(looked, names.powerFactor, way) ?? null,
  };
}

function valueBy(looked: LookedAt, name: ValueName, way: Way): number | null | undefined {
  const value = looked.values.find((each) => each.name === name);
  return value && read(looked, value, way);
}

function isSensible(shown: PhaseShown, limits: PhaseLimits): boolean {
  const { voltageV, currentA } = shown;
  if (currentA !== null && currentA < 0) return false;
  if (voltageV === null || isStrangeVoltage(voltageV, limits, false)) return false;
  return farBeyond(shown, limits) === null && contradiction(shown, limits) === null;
}

/** A value read that way; null where its registers were not looked at, or hold no number. */
function read(
  { profile, stretches }: LookedAt,
  { address, type, scale }: ProfileValue,
  { cause, shift: moved, order: turned, retype }: Way,
): number | null {
  const kind = retype(type);
  const isAsDeclared = cause === 'width' && kind === type;
  const [shift, order] = isAsDeclared ? [0, profile] : [moved, turned];
  const data = bytesAt(stretches, address + shift, registersOf(kind));
  if (data === null) return null;
  const raw = decodeValue(data, 0, kind, order);
  return Number.isFinite(raw) ? raw * scale : null;
}

function bytesAt(
  stretches: readonly Stretch[],
  address: number,
  registers: number,
): Uint8Array | null {
  for (const stretch of stretches) {
    const from = 2 * (address - stretch.address);
    const to = from + 2 * registers;
    if (from >= 0 && to <= stretch.data.length) return stretch.data.subarray(from, to);
  }
  return null;
}

/** Tells it by the first value that reads otherwise: volts, then the rest. */
function describe(looked: LookedAt, way: Way): Signature | null {
  const { values, phases, profile } = looked;
  const names: ValueName[] = [
    ...phases.map((phase) => phase.names.voltage),
    'frequency',
    ...phases.map((phase) => phase.names.power),
  ];
  for (const name of names) {
    const value = values.find((each) => each.name === name);
    if (value === undefined) continue;
    const shown = read(looked, value, asDeclared(profile));
    const fits = read(looked, value, way);
    if (shown === null || fits === null) continue;
    if (shown !== fits || way.cause === 'profile') {
      return signature(looked, value, { shown, fits, way });
    }
  }
  return null;
}

function signature(
  { profile, stretches }: LookedAt,
  value: ProfileValue,
  { shown, fits, way }: { shown: number; fits: number; way: Way },
): Signature {
  const data = bytesAt(stretches, value.address, registersOf(value.type)) ?? new Uint8Array();
  const seen = { register: value.address, raw: rawNumber(data), value: shown };
  const is = (otherwise: boolean) => (otherwise ? 1 : 0);
  if (way.cause === 'profile') return { cause: way.cause, ...seen };
  return {
    cause: way.cause,
    ...seen,
    suggestion: {
      fits,
      at: value.address + way.shift,
      bits: 16 * registersOf(way.retype(value.type)),
      words: is(way.order.wordOrder !== profile.wordOrder),
      bytes: is(way.order.byteOrder !== profile.byteOrder),
    },
  };
}
