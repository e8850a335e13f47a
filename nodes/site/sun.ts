/**
 * Where the sun stands. Knows coordinates and instants; refuses to know time zones, skies and panels.
 */

const RAD = Math.PI / 180;
const DAY_MS = 86_400_000;
/** 2000-01-01T12:00Z, the epoch J2000.0. Leap seconds are below what a roof can tell. */
const J2000_MS = 946_728_000_000;

export interface Place {
  latitude: number;
  longitude: number;
}

export interface SunPosition {
  /** Height above the horizon without refraction, degrees. */
  elevationDeg: number;
  /** Clockwise from north, degrees. */
  azimuthDeg: number;
}

/**
 * The sun over `place` at the instant `ms`. NOAA solar calculator, after J. Meeus, Astronomical
 * Algorithms (gml.noaa.gov/grad/solcalc/calcdetails.html); good to 0.02 degrees from 1901 to 2099.
 */
export function sunPosition(ms: number, place: Place): SunPosition {
  const days = (ms - J2000_MS) / DAY_MS;
  const { declination, equationMin } = sunOfCentury(days / 36_525);
  const minutesUtc = (((ms % DAY_MS) + DAY_MS) % DAY_MS) / 60_000;
  const solarMinutes = minutesUtc + equationMin + 4 * place.longitude;
  const hourAngle = (solarMinutes / 4 - 180) * RAD;
  const latitude = place.latitude * RAD;

  const up =
    Math.sin(latitude) * Math.sin(declination) +
    Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle);
  const north =
    Math.cos(latitude) * Math.sin(declination) -
    Math.sin(latitude) * Math.cos(declination) * Math.cos(hourAngle);
  const east = -Math.cos(declination) * Math.sin(hourAngle);
  return {
    elevationDeg: Math.asin(Math.min(1, Math.max(-1, up))) / RAD,
    azimuthDeg: (Math.atan2(east, north) / RAD + 360) % 360,
  };
}

/** Declination (rad) and equation of time (minutes) `century` Julian centuries after J2000.0. */
function sunOfCentury(century: number): { declination: number; equationMin: number } {
  const meanLongitude = (280.46646 + century * (36_000.76983 + century * 0.0003032)) * RAD;
  const meanAnomaly = (357.52911 + century * (35_999.05029 - 0.0001537 * century)) * RAD;
  const eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century);
  const centre =
    Math.sin(meanAnomaly) * (1.914602 - century * (0.004817 + 0.000014 * century)) +
    Math.sin(2 * meanAnomaly) * (0.019993 - 0.000101 * century) +
    Math.sin(3 * meanAnomaly) * 0.000289;
  const node = (125.04 - 1934.136 * century) * RAD;
  const apparentLongitude = meanLongitude + (centre - 0.00569 - 0.00478 * Math.sin(node)) * RAD;
  const obliquity = (23.439291 - 0.0130042 * century + 0.00256 * Math.cos(node)) * RAD;

  const y = Math.tan(obliquity / 2) ** 2;
  const equation =
    y * Math.sin(2 * meanLongitude) -
    2 * eccentricity * Math.sin(meanAnomaly) +
    4 * eccentricity * y * Math.sin(meanAnomaly) * Math.cos(2 * meanLongitude) -
    0.5 * y * y * Math.sin(4 * meanLongitude) -
    1.25 * eccentricity * eccentricity * Math.sin(2 * meanAnomaly);
  return {
    declination: Math.asin(Math.sin(obliquity) * Math.sin(apparentLongitude)),
    equationMin: (4 * equation) / RAD,
  };
}
