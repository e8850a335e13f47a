/**
 * What a clear sky lets through to a tilted panel, from where the sun stands. Refuses to know time
 * zones, weather and inverters.
 */
import type { Place, SunPosition } from '../site/sun.ts';

const RAD = Math.PI / 180;

/** Light before the clouds, W/m2. */
export interface ClearSky {
  /** Straight from the sun, on a surface that faces it. */
  beam: number;
  /** From the rest of the sky, on the ground. */
  diffuse: number;
}

/**
 * A clear sky, W/m2. Air mass by Kasten and Young (Applied Optics 28, 1989); direct light
 * 1353 * 0.7^(AM^0.678) by Meinel and Meinel (Applied Solar Energy, 1976); a tenth of it is diffuse.
 */
export function clearSky(elevationDeg: number): ClearSky {
  if (elevationDeg <= 0) return { beam: 0, diffuse: twilight(elevationDeg) };
  const airMass =
    1 / (Math.sin(elevationDeg * RAD) + 0.50572 * (elevationDeg + 6.07995) ** -1.6364);
  const beam = 1353 * 0.7 ** (airMass ** 0.678);
  return { beam, diffuse: Math.max(0.1 * beam, twilight(elevationDeg)) };
}

/** A little light between civil dusk and sunset, so that an inverter falls asleep and does not drop. */
function twilight(elevationDeg: number): number {
  return Math.max(0, 3 * (1 + elevationDeg / 6));
}

/**
 * Share of the direct light that a panel catches, 0 to 1: the cosine of the angle of incidence. The
 * panel faces the equator and is tilted by `tiltDeg`.
 */
export function incidence(sun: SunPosition, place: Place, tiltDeg: number): number {
  const facing = place.latitude >= 0 ? 180 : 0;
  const elevation = sun.elevationDeg * RAD;
  const tilt = tiltDeg * RAD;
  const cosine =
    Math.sin(elevation) * Math.cos(tilt) +
    Math.cos(elevation) * Math.sin(tilt) * Math.cos((sun.azimuthDeg - facing) * RAD);
  return Math.max(0, cosine);
}
