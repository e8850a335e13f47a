/** Decides which of a meter's energy counters stand for a channel, and how they net. */
import type { Profile } from './profile.ts';
import type { ChannelReading, Phase } from './reading.ts';
import { type LookUp, readValue, sum } from './values.ts';
import type { ValueName } from './vocabulary.ts';

export interface CounterMap {
  import: ValueName[];
  export: ValueName[];
  /** How they net across the phases; one phase has nothing to net. */
  netting: 'summed' | 'per_phase';
  stepKwh: number;
  modulusKwh: number | null;
}

export interface CounterNeeds {
  phases: readonly Phase[];
  /** The channel has every phase the meter measures, so the meter's totals are its totals. */
  whole: boolean;
}

/**
 * The counters of a channel: the meter's totals where they cover exactly its phases, preferring
 * those nobody can reset; else those of its legs. Null where the meter has neither.
 */
export function mapCounters(profile: Profile, needs: CounterNeeds): CounterMap | null {
  const { phases, whole } = needs;
  const totals = whole ? (pair(profile, ['total_nr']) ?? pair(profile, ['total'])) : null;
  const names = totals ?? pair(profile, phases);
  if (names === null) return null;
  const nets = phases.length === 1 || (totals !== null && profile.totalCounters === 'summed');
  const wrapsAt = names.import.length === 1 ? profile.counterModulusKwh : null;
  return {
    ...names,
    netting: nets ? 'summed' : 'per_phase',
    stepKwh: profile.counterResolutionKwh,
    // Legs wrap one by one: their sum has no one place where it does.
    modulusKwh: wrapsAt,
  };
}

/** The counters' part of a channel reading, as the meter shows them. */
export function readCounters(counters: CounterMap, lookUp: LookUp): Partial<ChannelReading> {
  const total = (names: ValueName[]) => sum(names.map((name) => readValue(lookUp, name)));
  const shown: Partial<ChannelReading> = {
    import_kwh: total(counters.import),
    export_kwh: total(counters.export),
    counters: counters.netting,
  };
  const readMs = Math.min(readAt(counters.import, lookUp), readAt(counters.export, lookUp));
  if (readMs > Number.NEGATIVE_INFINITY) shown.counters_mono_ms = readMs;
  shown.counter_step_kwh = counters.stepKwh;
  shown.counter_modulus_kwh = counters.modulusKwh;
  return shown;
}

/** When the oldest of some values was read; before all time where one is not known. */
function readAt(names: readonly ValueName[], lookUp: LookUp): number {
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const name of names) {
    oldestMs = Math.min(oldestMs, lookUp(name)?.monoMs ?? Number.NEGATIVE_INFINITY);
  }
  return oldestMs;
}

type Part = Phase | 'total' | 'total_nr';

/** The import and export counters of some parts; null unless the profile has them all. */
function pair(
  profile: Profile,
  parts: readonly Part[],
): Pick<CounterMap, 'import' | 'export'> | null {
  const names = {
    import: parts.map((part): ValueName => `energy_import_${part}`),
    export: parts.map((part): ValueName => `energy_export_${part}`),
  };
  const has = (wanted: ValueName) => profile.values.some(({ name }) => name === wanted);
  return [...names.import, ...names.export].every(has) ? names : null;
}
