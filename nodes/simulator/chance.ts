/**
 * Chance that repeats: every random number of the simulated home is a function of a seed, the name
 * of what it is for, and an index. Nothing here remembers anything, so any instant can be asked for.
 */

/** A number in [0, 1) for each integer index. */
export type Chance = (index: number) => number;

/** The stream of chance named `stream` of a home with this `seed`. */
export function chanceOf(seed: number, stream: string): Chance {
  let base = mix(seed >>> 0);
  for (const letter of stream) base = mix(base ^ (letter.codePointAt(0) ?? 0));
  return (index) => {
    const high = Math.floor(index / 2 ** 32);
    return mix(mix(base ^ (index >>> 0)) ^ (high >>> 0)) / 2 ** 32;
  };
}

/** Smooth noise in [0, 1]: the chance of whole numbers, joined by curves that start and end flat. */
export function smoothNoise(chance: Chance, x: number): number {
  const step = Math.floor(x);
  const from = chance(step);
  return from + (chance(step + 1) - from) * smoothStep(x - step);
}

/** 0 up to 0, 1 from 1 on, and an S between. */
export function smoothStep(x: number): number {
  const inside = Math.min(1, Math.max(0, x));
  return inside * inside * (3 - 2 * inside);
}

/** The finaliser of MurmurHash3 (Austin Appleby, public domain): every input bit moves every output bit. */
function mix(value: number): number {
  let hash = (value + 0x9e37_79b9) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
