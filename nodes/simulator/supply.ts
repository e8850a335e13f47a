/** The utility's side of the service: voltages that wander and sag under load, and the frequency. */
import { type Chance, chanceOf, smoothNoise } from './chance.ts';

/** Transformer, drop cable and main fuse of one leg. */
const SERVICE_OHM = 0.035;

export interface SupplySetup {
  seed: number;
  legs: number;
  nominalV: number;
  /** How far the voltage strays, a share of the nominal one. */
  wander: number;
}

export interface Supply {
  /** Of a leg that carries `netW` towards the house, V to neutral. */
  voltageV(ms: number, leg: number, netW: number): number;
  frequencyHz(ms: number): number;
}

export function createSupply({ seed, legs, nominalV, wander }: SupplySetup): Supply {
  const common = chanceOf(seed, 'supply');
  const own = Array.from({ length: legs }, (_, leg) => chanceOf(seed, `voltage${leg}`));
  const pitch = chanceOf(seed, 'frequency');
  const nominalHz = nominalV < 180 ? 60 : 50;
  const swing = (chance: Chance, x: number) => smoothNoise(chance, x) * 2 - 1;
  return {
    voltageV(ms, leg, netW) {
      const together = swing(common, ms / 1_100_000);
      const alone = swing(own[leg] ?? common, ms / 170_000);
      const openV = nominalV * (1 + wander * together + 0.25 * wander * alone);
      return openV - (SERVICE_OHM * netW) / openV;
    },
    frequencyHz(ms) {
      const share = 0.7 * smoothNoise(pitch, ms / 47_000) + 0.3 * smoothNoise(pitch, ms / 6_100);
      return nominalHz + 0.02 * (2 * share - 1);
    },
  };
}
