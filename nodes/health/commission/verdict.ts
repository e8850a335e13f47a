/** What a step of the commissioning comes to, and what of it is written down. */
import type { WordParams } from '../../site/words.ts';

export interface Verdict {
  /** `open`: it cannot be told yet. */
  result: 'pass' | 'fail' | 'open';
  /** The text that says it: `verdict.<reason>` of the command line's words. */
  reason: string;
  params: WordParams;
  /** The numbers it was decided by, for whoever reads the report years later. */
  measured: Measured[];
}

/** One number of the proof. */
export interface Measured {
  /** `main/mains l1`, `main`, or `utility`. */
  where: string;
  /** `voltage`, `power`, `step`... : `measured.<what>` of the same words. */
  what: string;
  value: number | null;
  unit: 'V' | 'A' | 'W' | 'Hz' | 'kWh' | '';
  /** Where something was switched: the value before it. */
  before?: number | null;
}

export function passed(measured: Measured[], params: WordParams = {}, reason = 'pass'): Verdict {
  return { result: 'pass', reason, params, measured };
}

export function failed(reason: string, measured: Measured[], params: WordParams = {}): Verdict {
  return { result: 'fail', reason, params, measured };
}

export function undecided(reason: string, measured: Measured[], params: WordParams = {}): Verdict {
  return { result: 'open', reason, params, measured };
}

/** To a tenth: nobody at a panel needs more. */
export function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
