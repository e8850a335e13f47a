/** How far counters are from the power of the same channels: a sensor of another size, or lost polls. */

import type { Discrepancy, QuarterRecord } from '../records.ts';
import { ChannelSum } from './exact.ts';
import { roundDecimal } from './rounding.ts';

/** A counter that moved by less says nothing of its channel. */
const LEAST_KWH = 1;
const DECIMALS = 4;
/** Beyond this share it is worth a word. */
const WORTH_TELLING = 0.03;
const WAYS = ['import', 'export'] as const;

/**
 * `counter / integrated - 1` by channel and way; nothing where no counter that leads moved by more
 * than 1 kWh. What was recovered counts on both sides: only counters tell of it.
 */
export function discrepancyOf(quarters: readonly QuarterRecord[]): { discrepancy?: Discrepancy } {
  const sum = new ChannelSum();
  for (const { channels } of quarters) sum.add(channels);
  const found: Discrepancy = {};
  for (const [id, channel] of Object.entries(sum.channels())) {
    for (const way of WAYS) {
      const [counted, integrated] = [channel[`${way}_kwh`], channel[`integrated_${way}_kwh`]];
      if (counted === null || counted <= LEAST_KWH || !integrated) continue;
      found[id] = { ...found[id], [way]: roundDecimal(counted / integrated - 1, DECIMALS) + 0 };
    }
  }
  return Object.keys(found).length > 0 ? { discrepancy: found } : {};
}

export function disagrees(discrepancy: Discrepancy = {}): boolean {
  const ratios = Object.values(discrepancy).flatMap((ways) => Object.values(ways));
  return ratios.some((ratio) => Math.abs(ratio) > WORTH_TELLING);
}
