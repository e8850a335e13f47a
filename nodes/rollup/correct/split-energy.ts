/** Who fed whom, from energies instead of powers: for records whose own flows were measured wrongly. */

/** Energies of one stretch of time in any unit, >= 0. */
export interface SourcesAndSinks {
  solar: number;
  imported: number;
  discharge: number;
  home: number;
  charge: number;
  exported: number;
}

export interface EnergyFlows {
  solar_home: number;
  solar_battery: number;
  solar_grid: number;
  battery_home: number;
  battery_grid: number;
  grid_home: number;
  grid_battery: number;
}

/**
 * Solar first (energy rules, section 3). A stretch may both import and export, which an instant never
 * does: what was exported is set aside before the home is served, else it would count twice. For an
 * instant this is the formula of section 3, and without a battery its formula for totals, which is
 * exact.
 */
export function splitEnergy(all: SourcesAndSinks): EnergyFlows {
  const { solar, imported, discharge, home, charge, exported } = all;
  const solarOwed = Math.min(solar, Math.max(0, exported - discharge));
  const solarHome = Math.min(solar - solarOwed, home);
  const solarBattery = Math.min(solar - solarOwed - solarHome, charge);
  const solarGrid = Math.min(solar - solarHome - solarBattery, exported);
  const batteryOwed = Math.min(discharge, exported - solarGrid);
  const batteryHome = Math.min(discharge - batteryOwed, home - solarHome);
  const batteryGrid = Math.min(discharge - batteryHome, exported - solarGrid);
  const gridHome = Math.min(imported, home - solarHome - batteryHome);
  const gridBattery = Math.min(imported - gridHome, charge - solarBattery);
  return {
    solar_home: solarHome,
    solar_battery: solarBattery,
    solar_grid: solarGrid,
    battery_home: batteryHome,
    battery_grid: batteryGrid,
    grid_home: gridHome,
    grid_battery: gridBattery,
  };
}
