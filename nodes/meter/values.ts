/** What is known of a meter's values now. Old values are not known. */
import type { ValueName } from './vocabulary.ts';

/** A value and when it came, monotonic ms. */
export interface Measured {
  value: number | null;
  monoMs: number;
  /** The raw number, where it is a code for "not available" that the profile does not list. */
  sentinel?: number;
}

/** Looks a value up; undefined where it was not read, or too long ago. */
export type LookUp = (name: ValueName) => Measured | undefined;

export function readValue(lookUp: LookUp, name: ValueName): number | null {
  return lookUp(name)?.value ?? null;
}

/** Null stays null. Adding 0 makes an inverted zero a plain one. */
export function times(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor + 0;
}

/** One unknown term makes the sum unknown. */
export function sum(terms: readonly (number | null)[]): number | null {
  let total = 0;
  for (const term of terms) {
    if (term === null) return null;
    total += term;
  }
  return total;
}
