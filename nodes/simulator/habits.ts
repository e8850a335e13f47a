/** A family's habits and appliances, as data. How a day is drawn from them is decided by `loads.ts`. */

/** Where a load is wired: a leg, or `wide`: across both legs of a split-phase service. */
export type Circuit = 0 | 1 | 2 | 'wide';

export interface Segment {
  minutes: number;
  watts: number;
  powerFactor: number;
  /** A thermostat: on for `duty` of every `periodS`. */
  cycle?: { periodS: number; duty: number };
}

export interface Habit {
  name: string;
  circuit: Circuit;
  /** Wall-clock hours it tends to start at, how far it strays, and how likely it is on a day. */
  times: { hour: number; strayH: number; likely: number; weekend?: number }[];
  program: Segment[];
}

export const HABITS: Habit[] = [
  {
    name: 'lights',
    circuit: 0,
    times: [
      { hour: 6.3, strayH: 0.5, likely: 0.9 },
      { hour: 18.2, strayH: 0.8, likely: 1 },
      { hour: 20.4, strayH: 0.8, likely: 1 },
    ],
    program: [{ minutes: 150, watts: 130, powerFactor: 0.95 }],
  },
  {
    name: 'lamps',
    circuit: 1,
    times: [
      { hour: 6.6, strayH: 0.5, likely: 0.8 },
      { hour: 18.8, strayH: 1, likely: 1 },
    ],
    program: [{ minutes: 210, watts: 90, powerFactor: 0.92 }],
  },
  {
    name: 'kettle',
    circuit: 1,
    times: [
      { hour: 6.9, strayH: 0.4, likely: 0.95 },
      { hour: 10.5, strayH: 0.8, likely: 0.6, weekend: 0.9 },
      { hour: 15.8, strayH: 1, likely: 0.7 },
      { hour: 20.6, strayH: 0.6, likely: 0.8 },
    ],
    program: [{ minutes: 3.5, watts: 1500, powerFactor: 1 }],
  },
  {
    name: 'toaster',
    circuit: 0,
    times: [{ hour: 7.2, strayH: 0.4, likely: 0.7 }],
    program: [{ minutes: 4, watts: 900, powerFactor: 1 }],
  },
  {
    name: 'microwave',
    circuit: 0,
    times: [
      { hour: 12.3, strayH: 0.6, likely: 0.6, weekend: 0.8 },
      { hour: 19.2, strayH: 0.6, likely: 0.4 },
    ],
    program: [{ minutes: 4, watts: 1150, powerFactor: 0.93 }],
  },
  {
    name: 'computer',
    circuit: 1,
    times: [{ hour: 9, strayH: 1, likely: 0.7, weekend: 0.4 }],
    program: [{ minutes: 420, watts: 110, powerFactor: 0.9 }],
  },
  {
    name: 'oven',
    circuit: 'wide',
    times: [{ hour: 17.8, strayH: 0.7, likely: 0.7, weekend: 0.8 }],
    program: [
      { minutes: 9, watts: 2600, powerFactor: 1 },
      { minutes: 40, watts: 2600, powerFactor: 1, cycle: { periodS: 140, duty: 0.4 } },
    ],
  },
  {
    name: 'hob',
    circuit: 'wide',
    times: [
      { hour: 12.1, strayH: 0.5, likely: 0.25, weekend: 0.6 },
      { hour: 18.1, strayH: 0.6, likely: 0.85 },
    ],
    program: [
      { minutes: 5, watts: 1800, powerFactor: 1 },
      { minutes: 20, watts: 1800, powerFactor: 1, cycle: { periodS: 38, duty: 0.5 } },
    ],
  },
  {
    name: 'television',
    circuit: 0,
    times: [{ hour: 19.3, strayH: 0.7, likely: 0.95 }],
    program: [{ minutes: 190, watts: 115, powerFactor: 0.9 }],
  },
  {
    name: 'dishwasher',
    circuit: 2,
    times: [{ hour: 20.3, strayH: 0.6, likely: 0.65 }],
    program: [
      { minutes: 8, watts: 70, powerFactor: 0.6 },
      { minutes: 16, watts: 1850, powerFactor: 1 },
      { minutes: 35, watts: 95, powerFactor: 0.6 },
      { minutes: 12, watts: 1850, powerFactor: 1 },
    ],
  },
  {
    name: 'washing machine',
    circuit: 2,
    times: [{ hour: 10, strayH: 1.5, likely: 0.3, weekend: 0.7 }],
    program: [
      { minutes: 4, watts: 120, powerFactor: 0.6 },
      { minutes: 18, watts: 1950, powerFactor: 1 },
      { minutes: 45, watts: 220, powerFactor: 0.62 },
      { minutes: 9, watts: 520, powerFactor: 0.7 },
    ],
  },
  {
    name: 'dryer',
    circuit: 'wide',
    times: [{ hour: 12.5, strayH: 1.2, likely: 0.15, weekend: 0.4 }],
    program: [{ minutes: 50, watts: 2700, powerFactor: 0.99, cycle: { periodS: 420, duty: 0.72 } }],
  },
];

/** Compressors that run day and night, a share of each period. */
export const COMPRESSORS: {
  name: string;
  circuit: Circuit;
  watts: number;
  powerFactor: number;
  periodS: number;
}[] = [
  { name: 'fridge', circuit: 0, watts: 120, powerFactor: 0.74, periodS: 2_640 },
  { name: 'freezer', circuit: 1, watts: 95, powerFactor: 0.7, periodS: 3_420 },
];

/** Routers, clocks, chargers: what is always on. */
export const STANDBY: { circuit: Circuit; watts: number; powerFactor: number }[] = [
  { circuit: 0, watts: 74, powerFactor: 0.58 },
  { circuit: 1, watts: 58, powerFactor: 0.58 },
  { circuit: 2, watts: 31, powerFactor: 0.58 },
];
