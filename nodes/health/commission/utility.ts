/**
 * Our counters against the utility meter's: two looks at both, some days apart. What they differ by is
 * a wrong CT ratio, or a circuit that is not measured.
 */
import { failed, type Measured, passed, undecided, type Verdict } from './verdict.ts';

/** One look at both, kWh. */
export interface UtilityLook {
  /** UTC ISO 8601. */
  ts: string;
  by: string;
  /** What the utility's meter shows. */
  utility: GridCounters;
  /** What this site has counted. */
  ours: GridCounters;
}

export interface GridCounters {
  import_kwh: number;
  /** Null where it does not tell. */
  export_kwh: number | null;
}

/** Less says nothing about a ratio (ct-doctor rules, row 10): a display shows whole kWh. */
export const ENOUGH_KWH = 20;
const RIGHT_SHARE = 0.07;

/** What has flowed one way between two looks, kWh. */
export interface Flowed {
  key: keyof GridCounters;
  theirs: number;
  ours: number;
}

/** The ways that both meters tell of. */
export function flowedBetween(first: UtilityLook, second: UtilityLook): Flowed[] {
  return (['import_kwh', 'export_kwh'] as const).flatMap((key) => {
    const theirs = grown(first.utility, second.utility, key);
    const ours = grown(first.ours, second.ours, key);
    return theirs === null || ours === null ? [] : [{ key, theirs, ours }];
  });
}

/**
 * The looks that a later one is compared with, oldest first: the first, and each by which enough has
 * flowed since the one before, or after which the meter showed less. So each judges a time of its own,
 * and what was repaired is seen as soon as enough has flowed again.
 */
export function anchorsOf<L extends UtilityLook>(looks: readonly L[]): L[] {
  const anchors: L[] = [];
  for (const look of looks) {
    const last = anchors.at(-1);
    const flowed = last ? flowedBetween(last, look) : [];
    const isNext = flowed.some(({ theirs }) => theirs < 0 || theirs >= ENOUGH_KWH);
    if (last === undefined || isNext) anchors.push(look);
  }
  return anchors;
}

/** Both ways by themselves; where too little has flowed yet, it is left open. */
export function judgeUtility(first: UtilityLook, second: UtilityLook): Verdict {
  const directions = flowedBetween(first, second);
  const measured = directions.flatMap(({ key, theirs, ours }): Measured[] => [
    { where: 'utility', what: key, value: rounded(theirs), unit: 'kWh' },
    { where: 'site', what: key, value: rounded(ours), unit: 'kWh' },
  ]);
  if (directions.some(({ theirs }) => theirs < 0)) return failed('utility_back', measured);
  const judged = directions.filter(({ theirs }) => theirs >= ENOUGH_KWH);
  const most = Math.max(0, ...directions.map(({ theirs }) => theirs));
  if (judged.length === 0)
    return undecided('utility_early', measured, { kwh: rounded(most), needed: ENOUGH_KWH });
  const worst = judged.toSorted((a, b) => off(b) - off(a))[0];
  const params = {
    theirs: rounded(worst?.theirs ?? 0),
    ours: rounded(worst?.ours ?? 0),
    percent: worst ? Math.round(100 * off(worst)) : 0,
  };
  if (worst && off(worst) > RIGHT_SHARE) return failed('utility_off', measured, params);
  return passed(measured, params, 'utility_pass');
}

function off({ theirs, ours }: { theirs: number; ours: number }): number {
  return Math.abs(ours / theirs - 1);
}

function grown(from: GridCounters, to: GridCounters, key: keyof GridCounters): number | null {
  const [was, is] = [from[key], to[key]];
  return was === null || is === null ? null : is - was;
}

function rounded(kwh: number): number {
  return Math.round(kwh * 1_000) / 1_000;
}
