/** What the slopes at cloud edges mean by themselves, for the rules that argue with them. */
import type { Slopes } from './edges.ts';

/** Below it a reaction cannot be told from none. */
const LEAST_R = 0.015;
/** A reaction is a constant factor when it spreads by no more than this share of itself. */
const CONSTANT = 0.35;
const RIGHT = [0.8, 1.2] as const;
const NONE = 0.2;

/** By which factor the mains react, where each edge shows the same one; null: by none. */
export function constantFactor({ r, spread }: Slopes): number | null {
  return r > LEAST_R && spread < CONSTANT * r ? r : null;
}

/** Whether the mains answer solar as the configured position of it makes them. */
export function provesSolar({ r, b }: Slopes, position: 'load_side' | 'line_side'): boolean {
  if (position === 'line_side') return Math.abs(r) <= NONE && Math.abs(b) <= NONE;
  return r >= RIGHT[0] && r <= RIGHT[1];
}
