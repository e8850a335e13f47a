/**
 * Which factors a wrong CT ratio usually has, and whether the grid's or the solar CT has it: by what a
 * home at night and a solar plant can come to at all.
 */
import type { CtProfile, SiteConfig } from '../../site/schema.ts';

/** 5 A for 200 A and the like, a tap of a burden too many, one turn too many through the core. */
const USUAL_FACTORS = [1 / 40, 1 / 20, 1 / 4, 1 / 2, 2, 4, 20, 40];
/** A rating that was left as it is shipped, A. */
const DEFAULT_RATING_A = 200;
const NEAR = 0.15;

/** What a home and its plant can come to, W. */
export interface Plausible {
  home: readonly [number, number];
  plant: readonly [number, number];
}

/** The least of a home that is lived in or not, and of a plant that has cloud edges to show. */
const LEAST_HOME_W = 30;
const LEAST_PLANT_W = 400;
const LEAST_PLANT_SHARE = 0.1;
/** The most of a service that a home takes on average at night, and of a rating that is reached. */
const NIGHT_SHARE = 0.3;
const MARGIN = 1.25;

const LEGS = { single_phase: 1, split_phase: 2, three_phase: 3 };

/** The usual factors, and those between the ratings of the site's own CTs. */
export function knownFactors(profiles: readonly Pick<CtProfile, 'rated_amps'>[]): number[] {
  const ratings = [DEFAULT_RATING_A, ...profiles.flatMap(({ rated_amps }) => rated_amps ?? [])];
  const between = ratings.flatMap((one) => ratings.map((other) => one / other));
  return [...new Set([...USUAL_FACTORS, ...between])].filter(
    (factor) => Math.abs(factor - 1) > NEAR,
  );
}

/** The known factor that this slope is, to 15 %; null where it is none. */
export function nearestFactor(factors: readonly number[], slope: number): number | null {
  const off = (factor: number) => Math.abs(Math.log(slope / factor));
  const [nearest] = factors.toSorted((a, b) => off(a) - off(b));
  return nearest !== undefined && Math.abs(slope / nearest - 1) <= NEAR ? nearest : null;
}

export function plausibleOf(site: SiteConfig['site']): Plausible {
  const serviceW = site.service_amps * site.nominal_voltage * LEGS[site.service];
  const ratedW = site.inverter_watts;
  return {
    home: [LEAST_HOME_W, NIGHT_SHARE * serviceW],
    plant: [
      ratedW === null ? LEAST_PLANT_W : LEAST_PLANT_SHARE * ratedW,
      MARGIN * (ratedW ?? serviceW),
    ],
  };
}

export interface Seen {
  /** Mains as read over solar as read. */
  factor: number;
  /** The most that solar has read, W. */
  solarW: number;
  /** What the mains read on average at night, W; null while that is not known. */
  nightW: number | null;
}

/**
 * The side that reads wrong by the factor; null where either can. If the grid's, the home is its
 * reading without it and solar is as read; if the solar CT's, it is the other way round.
 */
export function sideOf(plausible: Plausible, seen: Seen): 'grid' | 'solar' | null {
  const { factor, solarW, nightW } = seen;
  const isHome = (watts: number) => nightW === null || isWithin(watts, plausible.home);
  const isPlant = (watts: number) => isWithin(watts, plausible.plant);
  const canBeGrid = isHome((nightW ?? 0) / factor) && isPlant(solarW);
  const canBeSolar = isHome(nightW ?? 0) && isPlant(solarW * factor);
  if (canBeGrid === canBeSolar) return null;
  return canBeGrid ? 'grid' : 'solar';
}

function isWithin(watts: number, [least, most]: readonly [number, number]): boolean {
  return watts >= least && watts <= most;
}
