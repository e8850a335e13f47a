/**
 * Four places to play ordinary days in, from dry to grey and from north to south: each a home with the
 * loads that its weather asks for.
 */
import type { SiteFacts } from './home.ts';
import type { HomeScriptInput } from './home-script.ts';

export const CLIMATES = ['chicago', 'phoenix', 'hamburg', 'cape_town'] as const;
export type Climate = (typeof CLIMATES)[number];

export interface ClimateHome {
  site: SiteFacts;
  /** Asks the schema for the rest; `start` and `seed` are the asker's. */
  home: HomeScriptInput;
}

export const CLIMATE_HOMES: Readonly<Record<Climate, ClimateHome>> = {
  chicago: {
    site: {
      timezone: 'America/Chicago',
      latitude: 41.9,
      longitude: -87.7,
      service: 'split_phase',
      nominal_voltage: 120,
      inverter_watts: 6_000,
    },
    home: {
      household: 'ordinary',
      cloudiness: 0.5,
      // The fan of a furnace.
      loads: [{ watts: 420, power_factor: 0.7, every_minutes: 35, on_minutes: 11 }],
    },
  },
  phoenix: {
    site: {
      timezone: 'America/Phoenix',
      latitude: 33.4,
      longitude: -112.1,
      service: 'split_phase',
      nominal_voltage: 120,
      inverter_watts: 7_600,
    },
    home: {
      household: 'ordinary',
      cloudiness: 0.25,
      loads: [
        // An air conditioner, harder at work in the heat of the day.
        {
          watts: 3_400,
          power_factor: 0.86,
          legs: ['l1', 'l2'],
          from: '11:00',
          to: '22:00',
          every_minutes: 24,
          on_minutes: 15,
        },
        {
          watts: 3_400,
          power_factor: 0.86,
          legs: ['l1', 'l2'],
          from: '22:00',
          to: '11:00',
          every_minutes: 40,
          on_minutes: 9,
        },
        // A pool pump.
        { watts: 1_100, power_factor: 0.8, legs: ['l1', 'l2'], from: '08:00', to: '14:30' },
      ],
    },
  },
  hamburg: {
    site: {
      timezone: 'Europe/Berlin',
      latitude: 53.55,
      longitude: 10,
      service: 'three_phase',
      nominal_voltage: 230,
      inverter_watts: 8_000,
    },
    home: {
      household: 'ordinary',
      cloudiness: 0.7,
      // A heat pump on all three phases.
      loads: [
        {
          watts: 2_400,
          power_factor: 0.88,
          legs: ['l1', 'l2', 'l3'],
          every_minutes: 50,
          on_minutes: 22,
        },
      ],
    },
  },
  cape_town: {
    site: {
      timezone: 'Africa/Johannesburg',
      latitude: -33.9,
      longitude: 18.4,
      service: 'single_phase',
      nominal_voltage: 230,
      inverter_watts: 5_000,
    },
    home: {
      household: 'ordinary',
      cloudiness: 0.4,
      // A geyser: hot water twice a day.
      loads: [{ watts: 3_000, at: ['05:30', '18:15'], minutes: 75 }],
    },
  },
};
