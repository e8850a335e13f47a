/** Sums of quarters, days or months: what any stretch of time has in common with a day. */

import type { Discrepancy, Energies, Money, Peaks, RecordedEvent, Seconds } from '../records.ts';
import { EventSum } from './events.ts';
import { addMoney, EnergySum, sumEnergies } from './exact.ts';
import { largerPeaks } from './peaks.ts';
import { sumSeconds } from './seconds.ts';

/** What of a record adds. */
interface Part extends Seconds {
  simulated?: true;
  estimated?: true;
  /** Of a day or month that is seen under a corrected configuration, and of a quarter. */
  corrected?: true;
  as?: string;
  events?: readonly RecordedEvent[];
  peaks: Peaks;
  energy: Partial<Energies>;
  /** What of its energy passed while another part of the balance was unknown. */
  unbalanced?: Partial<Energies>;
}

export interface Sums extends Seconds {
  simulated?: true;
  estimated?: true;
  corrected?: true;
  events?: RecordedEvent[];
  peaks: Peaks;
  energy: Energies;
  unbalanced?: Energies;
}

/** A day, a month or any other stretch, as far as its summary goes. */
export interface PeriodRecord extends Sums {
  /** IANA zone in which it is told. */
  timezone: string;
  /** UTC; half-open. */
  start: string;
  end: string;
  /** Only of a day. */
  discrepancy?: Discrepancy;
  money: Money | null;
}

/** Sums to the last digit; the keys always come in the same order. */
export function sumRecords(parts: readonly Part[]): Sums {
  const energy = new EnergySum();
  const events = new EventSum();
  let peaks: Peaks = {};
  for (const part of parts) {
    energy.add(part.energy);
    events.add(part.events);
    peaks = largerPeaks(peaks, part.peaks);
  }
  const unbalanced = parts.flatMap((part) => part.unbalanced ?? []);
  const corrected = parts.some((part) => part.corrected || part.as !== undefined);
  return {
    ...sumSeconds(parts),
    ...(parts.some(({ simulated }) => simulated) && { simulated: true as const }),
    ...(parts.some(({ estimated }) => estimated) && { estimated: true as const }),
    ...(corrected && { corrected: true as const }),
    ...events.told(),
    peaks,
    energy: energy.energies(),
    ...(unbalanced.length > 0 && { unbalanced: sumEnergies(unbalanced) }),
  };
}

/**
 * Days or months that follow each other as one stretch, from the start of the first to the end of
 * the last, told in the zone of the last; null for none.
 */
export function joinPeriods(periods: readonly PeriodRecord[]): PeriodRecord | null {
  const [first, last] = [periods[0], periods.at(-1)];
  if (!first || !last) return null;
  if (periods.length === 1) return first;
  const { timezone, end } = last;
  const money = sumMoney(periods.map((period) => period.money));
  return { timezone, start: first.start, end, ...sumRecords(periods), money };
}

/**
 * What was paid in all; null where nothing was priced, or in more than one currency. Where the use
 * of the home was not known for a part, the rest is told, as an estimate.
 */
export function sumMoney(list: readonly (Money | null)[]): Money | null {
  const priced = list.filter((money) => money !== null);
  const [first, ...others] = priced;
  if (!first || others.some(({ currency }) => currency !== first.currency)) return null;
  const sum = others.reduce(addAll, first);
  const unknown = new Set(priced.map(({ savings }) => savings === null)).size > 1;
  const { estimated: _, ...amounts } = sum;
  const estimated = unknown || priced.some((money) => money.estimated);
  return { ...amounts, ...(estimated && { estimated: true as const }) };
}

function addAll(a: Money, b: Money): Money {
  return {
    currency: a.currency,
    import_cost: addMoney(a.import_cost, b.import_cost),
    fixed: addMoney(a.fixed, b.fixed),
    export_credit: addMoney(a.export_credit, b.export_credit),
    cost: addMoney(a.cost, b.cost),
    cost_without_solar: addMoney(a.cost_without_solar, b.cost_without_solar),
    savings: addMoney(a.savings, b.savings),
  };
}
