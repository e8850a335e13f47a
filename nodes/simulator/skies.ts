/** The sky of a home script, day by day: clear, cloudy at noon, broken, grey, or as chance has it. */
import { type Chance, chanceOf, smoothNoise, smoothStep } from './chance.ts';
import type { HomeScript, Weather } from './home-script.ts';
import type { Moment } from './timing.ts';
import { type Clouds, createSky } from './weather.ts';

export type ScriptedSky = (ms: number, moment: Moment) => Clouds;

const CLEAR: Clouds = { beam: 1, diffuse: 1 };

/** When clouds pass on a `cloudy_noon` day, seconds on the wall clock. */
const NOON_FROM_S = 11 * 3_600;
const NOON_TO_S = 15 * 3_600;
/** One cloud in each of so many seconds; between its edges the sky is still. */
const CLOUD_S = 300;
const EDGE_S = 4;
const BROKEN_COVER = 0.5;
const GREY_MS = 1_500_000;

export function createScriptedSky(script: HomeScript): ScriptedSky {
  const days = Array.isArray(script.weather) ? script.weather : [script.weather];
  const random = createSky(script.seed, { cloudiness: script.cloudiness });
  const broken = createSky(script.seed, { cover: BROKEN_COVER });
  const passing = chanceOf(script.seed, 'passing');
  const grey = chanceOf(script.seed, 'grey');
  const skies: Record<Weather, ScriptedSky> = {
    clear: () => CLEAR,
    cloudy_noon: (_ms, moment) => noonClouds(passing, moment),
    broken: (ms) => broken(ms),
    overcast: (ms) => ({ beam: 0.02, diffuse: 0.8 + 0.7 * smoothNoise(grey, ms / GREY_MS) }),
    random: (ms) => random(ms),
  };
  return (ms, moment) => {
    const day = ((moment.day % days.length) + days.length) % days.length;
    return skies[days[day] ?? 'random'](ms, moment);
  };
}

/** A cloud of 100 to 160 s in every five minutes, there and gone in four seconds. */
function noonClouds(chance: Chance, { day, second }: Moment): Clouds {
  if (second < NOON_FROM_S || second >= NOON_TO_S) return CLEAR;
  const slot = Math.floor(second / CLOUD_S);
  const draw = (what: number) => chance((day * 300 + slot) * 4 + what);
  const into = second - slot * CLOUD_S;
  const comes = 40 + 40 * draw(0);
  const goes = comes + 100 + 60 * draw(1);
  const shade = smoothStep((into - comes) / EDGE_S) * smoothStep((goes - into) / EDGE_S);
  const thick = 0.6 + 0.3 * draw(2);
  return { beam: 1 - shade * thick, diffuse: 1 + 0.2 * shade };
}
