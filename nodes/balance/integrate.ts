/**
 * Power to energy between two samples, in watt-hours (energy rules, section 5). Time comes in as a
 * monotonic difference; wall time never enters an energy sum.
 */

import type { SolarPosition } from './power.ts';
import { type AllFlows, balancePower, FLOW_KEYS, type PowerInputs, splitFlows } from './power.ts';

/** Further apart than this the energy between two samples is an estimate, s. */
const MEASURED_WITHIN_S = 5;
/** Further apart than this nothing is integrated, s. */
export const ESTIMATED_WITHIN_S = 120;

/** How far the energy between two samples can be believed; `gap` has none. */
export type SpanMark = 'measured' | 'estimated' | 'gap';

export interface Span {
  mark: SpanMark;
  /** Energy in the positive direction, Wh, >= 0. */
  positiveWh: number;
  /** Energy in the negative direction, Wh, >= 0. */
  negativeWh: number;
}

/** What `dtS` seconds between two samples are worth; null where time did not pass. */
export function markSpan(dtS: number): SpanMark | null {
  if (!(dtS > 0)) return null;
  if (dtS <= MEASURED_WITHIN_S) return 'measured';
  return dtS <= ESTIMATED_WITHIN_S ? 'estimated' : 'gap';
}

/**
 * The energy between two samples by the trapezoid rule, split where the power crosses zero: netting
 * the two triangles would lose both.
 * @returns null for a pair to be dropped (no time passed)
 */
export function integrate(fromW: number, toW: number, dtS: number): Span | null {
  const mark = markSpan(dtS);
  if (mark === null) return null;
  if (mark === 'gap') return { mark, positiveWh: 0, negativeWh: 0 };
  const hours = dtS / 3600;
  if (fromW * toW >= 0) {
    const wh = ((fromW + toW) / 2) * hours;
    return { mark, positiveWh: Math.max(0, wh), negativeWh: Math.max(0, -wh) };
  }
  const crossing = Math.abs(fromW) / (Math.abs(fromW) + Math.abs(toW));
  const first = (Math.abs(fromW) / 2) * crossing * hours;
  const second = (Math.abs(toW) / 2) * (1 - crossing) * hours;
  return fromW > 0
    ? { mark, positiveWh: first, negativeWh: second }
    : { mark, positiveWh: second, negativeWh: first };
}

/** The same keys as the flows, Wh. */
export type FlowEnergy = AllFlows;

/**
 * The energy of each flow between two samples, Wh. The interval is cut where the grid, the solar or
 * the battery crosses zero, so that the flows add up to what `integrate` says of each of them.
 * @returns null where a flow is not known at either end, or the samples are too far apart
 */
export function integrateFlows(
  from: PowerInputs,
  to: PowerInputs,
  { dtS, position }: { dtS: number; position: SolarPosition },
): FlowEnergy | null {
  const mark = markSpan(dtS);
  if (mark === null || mark === 'gap') return null;
  const cuts = zeroCrossings(from, to, position);
  const total = noFlow();
  let before = flowsAt(from, to, { share: 0, position });
  let start = 0;
  for (const cut of [...cuts, 1]) {
    const after = flowsAt(from, to, { share: cut, position });
    if (before === null || after === null) return null;
    const hours = ((cut - start) * dtS) / 3600;
    for (const key of FLOW_KEYS) total[key] += ((before[key] + after[key]) / 2) * hours;
    before = after;
    start = cut;
  }
  return total;
}

function noFlow(): FlowEnergy {
  return {
    solar_home_w: 0,
    solar_battery_w: 0,
    solar_grid_w: 0,
    battery_home_w: 0,
    battery_grid_w: 0,
    grid_home_w: 0,
    grid_battery_w: 0,
  };
}

/** The shares of the way, 0..1 in order, at which a power changes its direction. */
function zeroCrossings(from: PowerInputs, to: PowerInputs, position: SolarPosition): number[] {
  const pairs = [
    [balancePower(from, position).gridW, balancePower(to, position).gridW],
    [from.solarRawW, to.solarRawW],
    [from.batteryW, to.batteryW],
  ];
  return pairs
    .flatMap(([a, b]) => (a != null && b != null && a * b < 0 ? [a / (a - b)] : []))
    .sort((a, b) => a - b);
}

function flowsAt(
  from: PowerInputs,
  to: PowerInputs,
  { share, position }: { share: number; position: SolarPosition },
): AllFlows | null {
  const inputs = {
    mainsW: between(from.mainsW, to.mainsW, share),
    solarRawW: between(from.solarRawW, to.solarRawW, share),
    batteryW: between(from.batteryW, to.batteryW, share),
  };
  return splitFlows(balancePower(inputs, position));
}

type Power = number | null | undefined;

function between(a: Power, b: Power, share: number): Power {
  if (a == null || b == null) return a === undefined ? undefined : null;
  return a + (b - a) * share;
}
