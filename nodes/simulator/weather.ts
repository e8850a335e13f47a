/**
 * What clouds leave of the light: some days clear, some broken, some grey, and within a day clouds
 * that pass with an edge of seconds. Knows instants and chance only.
 */
import { chanceOf, smoothNoise, smoothStep } from './chance.ts';

export interface Clouds {
  /** Share of the direct light that comes through, 0 to 1. */
  beam: number;
  /** The diffuse light against a clear sky's: broken cloud brightens it. */
  diffuse: number;
}

const WEATHER_MS = 7 * 3_600_000;
const CLOUD_MS = 540_000;
const WISP_MS = 110_000;
/** How much of the noise an edge takes up: narrow enough for 300 W within ten seconds. */
const EDGE = 0.05;

/** How much of the sky is covered: by weather of some cloudiness (0.5 is usual), or always alike. */
export type Climate = { cloudiness: number } | { cover: number };

/** The sky of one home: clouds at any instant. */
export function createSky(
  seed: number,
  climate: Climate = { cloudiness: 0.5 },
): (ms: number) => Clouds {
  const greyer = 'cloudiness' in climate ? climate.cloudiness - 0.5 : 0;
  const weather = chanceOf(seed, 'weather');
  const cloud = chanceOf(seed, 'cloud');
  const wisp = chanceOf(seed, 'wisp');
  const thickness = chanceOf(seed, 'thickness');
  return (ms) => {
    const cover =
      'cover' in climate ? climate.cover : coverOf(smoothNoise(weather, ms / WEATHER_MS) + greyer);
    const field = 0.7 * smoothNoise(cloud, ms / CLOUD_MS) + 0.3 * smoothNoise(wisp, ms / WISP_MS);
    const shade = smoothStep((field - (1 - cover)) / EDGE);
    const thick = 0.55 + 0.4 * smoothNoise(thickness, ms / CLOUD_MS);
    return { beam: 1 - shade * thick, diffuse: 1 + shade * (1.6 - thick) };
  };
}

/** Weather 0..1 (and beyond in a grey or dry climate) to the share of sky covered: half the time nearly clear, an eighth of it grey. */
function coverOf(weather: number): number {
  return (
    0.12 + 0.33 * smoothStep((weather - 0.3) / 0.35) + 0.5 * smoothStep((weather - 0.7) / 0.25)
  );
}
