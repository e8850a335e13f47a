/**
 * Who fed whom over a time of which only totals are known (energy rules, section 3). A home without
 * a battery only: with one, totals leave too much open.
 */
import type { RecoveredEnergy } from './measured.ts';

/** The flows, kWh, >= 0; none where the home is not known. */
export function flowsOfTotals({
  solar_kwh: solar = 0,
  export_kwh: exported = 0,
  home_kwh: home,
}: RecoveredEnergy): RecoveredEnergy {
  if (home === undefined) return {};
  const solarGrid = Math.min(solar, exported);
  const solarHome = solar - solarGrid;
  return {
    solar_home_kwh: solarHome,
    solar_grid_kwh: solarGrid,
    grid_home_kwh: Math.max(0, home - solarHome),
  };
}
