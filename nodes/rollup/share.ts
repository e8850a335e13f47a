/**
 * Shares the energy of a time in which nobody looked among the periods it passed in: by time, as
 * nothing else is known, and so that the parts add up to the block to the last digit.
 */
import type { RecoveredBlock } from '../journal/minute.ts';
import { kwhOf, kwhUnits } from './money.ts';

/** What fell into one period. */
export interface Share {
  /** Start of the period, a multiple of the step. */
  startMs: number;
  /** Whole seconds that were recovered in it. */
  seconds: number;
  energy: RecoveredBlock['energy'];
  channels: RecoveredBlock['channels'];
}

/**
 * The parts of a block in the periods of `stepMs` since 1970 that it touches, in order.
 * @param seconds  how many seconds it makes up for; left out, all from its start to its end
 */
export function shareBlock(block: RecoveredBlock, stepMs: number, seconds?: number): Share[] {
  const [fromMs, toMs] = [Date.parse(block.from), Date.parse(block.to)];
  const lengthMs = Math.max(0, toMs - fromMs);
  const total = seconds ?? Math.round(lengthMs / 1000);
  const shares: Share[] = [];
  let startMs = Math.floor(fromMs / stepMs) * stepMs;
  let before = 0;
  do {
    const endMs = startMs + stepMs;
    // A block without length passed at its start.
    const after = lengthMs === 0 ? 1 : Math.min(1, (endMs - fromMs) / lengthMs);
    shares.push({ startMs, ...part(block, { before, after, seconds: total }) });
    startMs = endMs;
    before = after;
  } while (startMs < toMs);
  return shares;
}

interface Stretch {
  /** How far through the block it begins and ends, 0 to 1. */
  before: number;
  after: number;
  /** Of the whole block. */
  seconds: number;
}

/** Rounded sums are subtracted, not rounded parts added: nothing is lost between the parts. */
function part({ energy, channels }: RecoveredBlock, { before, after, seconds }: Stretch) {
  const share = (whole: number) => Math.round(whole * after) - Math.round(whole * before) + 0;
  const kwh = (whole: number) => kwhOf(share(kwhUnits(whole)));
  return {
    seconds: share(seconds),
    energy: Object.fromEntries(
      Object.entries(energy).map(([key, value]) => [key, kwh(value)]),
    ) as RecoveredBlock['energy'],
    channels: Object.fromEntries(
      Object.entries(channels).map(([id, { import_kwh, export_kwh }]) => [
        id,
        { import_kwh: kwh(import_kwh), export_kwh: kwh(export_kwh) },
      ]),
    ),
  };
}
