/**
 * From which size on a sample says anything (ct-doctor rules, section 3). Sizes follow the CT's rating
 * where it is known.
 */
import type { SiteConfig } from '../../site/schema.ts';
import type { PhaseSecond } from './second.ts';

/** Where `ct_profiles` tells no rating, A: a common main CT. */
const USUAL_RATING_A = 200;

export interface Gates {
  /** Below it no verdict on sign or phase, A. */
  leastA: number;
  /** Above the creep of a meter, W. */
  leastW: number;
  /** What an open input may show, A. */
  noiseA: number;
  /** More than a CT of this rating can show, A. */
  mostA: number;
}

export function gatesOf(ratedA: number | null, nominalV: number): Gates {
  const rating = ratedA ?? USUAL_RATING_A;
  return {
    leastA: Math.max(0.3, 0.02 * rating),
    leastW: Math.max(50, 0.003 * rating * nominalV),
    noiseA: Math.max(0.05, 0.001 * rating),
    mostA: 1.5 * rating,
  };
}

/** The rating of a channel's CT, A; null where the configuration does not tell. */
export function ratedAmps(
  { ct_profiles }: Pick<SiteConfig, 'ct_profiles'>,
  { ct }: { ct?: string | undefined },
): number | null {
  return ct_profiles.find(({ id }) => id === ct)?.rated_amps ?? null;
}

/** Whether a phase carries enough, at a sound voltage, to be judged by. */
export function isActive(phase: PhaseSecond, gates: Gates, nominalV: number): boolean {
  const { voltage_v: volts, current_a: amps, power_w: watts } = phase;
  if (volts === null || amps === null || watts === null) return false;
  const sound = volts >= 0.8 * nominalV && volts <= 1.15 * nominalV;
  return sound && amps >= gates.leastA && Math.abs(watts) >= gates.leastW;
}
