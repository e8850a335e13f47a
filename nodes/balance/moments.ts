/**
 * The instants at which everything the home's balance needs was heard: seconds of coverage and the
 * energy of the flows are counted between them.
 */
import { type FlowEnergy, integrateFlows, markSpan } from './integrate.ts';
import type { FlowKwh } from './measured.ts';
import type { Outage } from './outage.ts';
import { FLOW_KEYS, type PowerInputs, type SolarPosition } from './power.ts';
import { Round } from './round.ts';

const IN_MINUTES = {
  solar_home_w: 'solar_home_kwh',
  solar_grid_w: 'solar_grid_kwh',
  grid_home_w: 'grid_home_kwh',
  solar_battery_w: 'solar_battery_kwh',
  battery_home_w: 'battery_home_kwh',
  battery_grid_w: 'battery_grid_kwh',
  grid_battery_w: 'grid_battery_kwh',
} as const;

export interface Coverage {
  coveredS: number;
  estimatedS: number;
  flows: FlowKwh | null;
}

export class Moments {
  #position: SolarPosition;
  #round: Round;
  #last: { inputs: PowerInputs; monoMs: number } | null = null;
  #coverage: Coverage = { coveredS: 0, estimatedS: 0, flows: null };

  constructor(required: readonly { meter: string }[], position: SolarPosition) {
    this.#round = new Round(required);
    this.#position = position;
  }

  /**
   * `meter` was heard at `monoMs`; `inputs` are the newest powers of the home.
   * @returns the time before, where it is too long for anything to be said of it
   */
  heard(meter: string, monoMs: number, inputs: PowerInputs): Outage | null {
    const roundMs = this.#round.heard(meter, monoMs);
    if (roundMs === null || Object.values(inputs).includes(null)) return null;
    const last = this.#last;
    this.#last = { inputs, monoMs: roundMs };
    if (last === null) return null;
    const dtS = (roundMs - last.monoMs) / 1000;
    const mark = markSpan(dtS);
    if (mark === 'gap') return { fromMs: last.monoMs, toMs: roundMs, unseen: true };
    if (mark === 'measured') this.#coverage.coveredS += dtS;
    if (mark === 'estimated') this.#coverage.estimatedS += dtS;
    const wh = integrateFlows(last.inputs, inputs, { dtS, position: this.#position });
    if (wh !== null) this.#coverage.flows = addFlows(this.#coverage.flows, wh);
    return null;
  }

  /** What came together since this was last asked. */
  drain(): Coverage {
    const coverage = this.#coverage;
    this.#coverage = { coveredS: 0, estimatedS: 0, flows: null };
    return coverage;
  }
}

function addFlows(before: FlowKwh | null, wh: FlowEnergy): FlowKwh {
  const sum = {} as FlowKwh;
  for (const key of FLOW_KEYS) {
    const name = IN_MINUTES[key];
    sum[name] = (before?.[name] ?? 0) + wh[key] / 1000;
  }
  return sum;
}
