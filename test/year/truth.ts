/** What is true in the simulated home, whoever looks: its energy by local day, from the model alone. */
import type { Stretch } from '../../nodes/journal/minutes.ts';
import { createHome, flowsOf } from '../../nodes/simulator/home.ts';
import { CHICAGO } from '../support/simulated-meter.ts';

export const TRUE_KEYS = ['solar_kwh', 'home_kwh', 'import_kwh', 'export_kwh'] as const;
export type TrueEnergy = Record<(typeof TRUE_KEYS)[number], number>;

/** Powers at one instant, W; solar may be negative at night, grid + import. */
export interface TruePower {
  solarW: number;
  homeW: number;
  gridW: number;
}

const nothing = (): TrueEnergy => ({ solar_kwh: 0, home_kwh: 0, import_kwh: 0, export_kwh: 0 });
const home = createHome(CHICAGO, { seed: 11 });

export function powerAt(ms: number): TruePower {
  const { solarW, standbyW, homeW, gridW } = flowsOf(home.at(ms));
  return { solarW: solarW - standbyW, homeW, gridW };
}

/** Adds up by local date, and over what is asked to be watched. */
export class Truth {
  readonly days = new Map<string, TrueEnergy>();
  readonly total = nothing();
  readonly lost = nothing();
  readonly #lostIn: readonly Stretch[];
  #ms: number;
  #power: TruePower;

  constructor(startMs: number, lostIn: readonly Stretch[]) {
    this.#lostIn = lostIn;
    this.#ms = startMs;
    this.#power = powerAt(startMs);
  }

  /** Lives on to `ms`, which is no further away than the model is smooth. */
  pass(ms: number, date: string): TruePower {
    const to = powerAt(ms);
    const from = this.#power;
    const hours = (ms - this.#ms) / 3_600_000;
    const [importKwh, exportKwh] = split(from.gridW, to.gridW, hours);
    const part = {
      solar_kwh: split(from.solarW, to.solarW, hours)[0],
      home_kwh: (((from.homeW + to.homeW) / 2) * hours) / 1000,
      import_kwh: importKwh,
      export_kwh: exportKwh,
    };
    const isLost = this.#lostIn.some(({ fromMs, toMs }) => this.#ms >= fromMs && ms <= toMs);
    const day = this.days.get(date) ?? nothing();
    this.days.set(date, day);
    for (const key of TRUE_KEYS) {
      day[key] += part[key];
      this.total[key] += part[key];
      if (isLost) this.lost[key] += part[key];
    }
    this.#ms = ms;
    this.#power = to;
    return to;
  }
}

/** Energy above and below zero between two powers, kWh: worked out by halves, not by the product's rule. */
export function split(fromW: number, toW: number, hours: number): [above: number, below: number] {
  const kwh = (((fromW + toW) / 2) * hours) / 1000;
  if (fromW >= 0 && toW >= 0) return [kwh, 0];
  if (fromW <= 0 && toW <= 0) return [0, -kwh];
  const positive = Math.max(fromW, toW);
  const share = positive / Math.abs(fromW - toW);
  const above = ((positive / 2) * share * hours) / 1000;
  return [above, above - kwh];
}
