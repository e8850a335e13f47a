/**
 * Shares the energy of a time in which nobody looked among the periods it passed in: by time, as
 * nothing else is known, and so that the parts add up to the block to the last digit.
 */
import type { RecoveredBlock } from '../../journal/minute.ts';
import type { Stretch } from '../../journal/minutes.ts';
import { kwhOf, kwhUnits } from '../tariff/money.ts';

/** What fell into one period. */
export interface Share {
  /** Start of the period, a multiple of the step. */
  startMs: number;
  /** Whole seconds that were recovered in it. */
  seconds: number;
  energy: RecoveredBlock['energy'];
  channels: RecoveredBlock['channels'];
}

export interface Sharing {
  /** How many seconds the block makes up for; left out, all from its start to its end. */
  seconds?: number | undefined;
  /** Only the periods that begin in here; left out, all. Costs what they are, however long the block. */
  within?: Stretch | undefined;
}

/** All there is of time. */
export const ALWAYS: Stretch = {
  fromMs: Number.NEGATIVE_INFINITY,
  toMs: Number.POSITIVE_INFINITY,
};

/** The parts of a block in the periods of `stepMs` since 1970 that it touches, in order. */
export function shareBlock(
  block: RecoveredBlock,
  stepMs: number,
  { seconds, within = ALWAYS }: Sharing = {},
): Share[] {
  const [fromMs, toMs] = [Date.parse(block.from), Date.parse(block.to)];
  const lengthMs = Math.max(0, toMs - fromMs);
  const total = seconds ?? Math.round(lengthMs / 1000);
  // A block without length passed at its start.
  const passed = (ms: number) =>
    lengthMs === 0 ? Number(ms > fromMs) : Math.min(1, Math.max(0, (ms - fromMs) / lengthMs));
  const firstMs = Math.floor(fromMs / stepMs) * stepMs;
  const untilMs = Math.min(Math.max(toMs, firstMs + 1), within.toMs);
  const shares: Share[] = [];
  let startMs = Math.max(firstMs, Math.ceil(within.fromMs / stepMs) * stepMs);
  for (; startMs < untilMs; startMs += stepMs) {
    const [before, after] = [passed(startMs), passed(startMs + stepMs)];
    shares.push({ startMs, ...part(block, { before, after, seconds: total }) });
  }
  return shares;
}

interface Part {
  /** How far through the block it begins and ends, 0 to 1. */
  before: number;
  after: number;
  /** Of the whole block. */
  seconds: number;
}

/** Rounded sums are subtracted, not rounded parts added: nothing is lost between the parts. */
function part({ energy, channels }: RecoveredBlock, { before, after, seconds }: Part) {
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
