/**
 * A home described as data: what is installed, what is switched on when, and what the sky does. It
 * decides how such a description is written; `scripted-home.ts` lives by it.
 */
import { z } from 'zod';
import { PHASES } from '../meter/reading.ts';

const clockTime = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?|24:00)$/)
  .describe('Wall-clock time of the site, HH:MM or HH:MM:SS.');

/** When something holds; it may run over midnight, and then belongs to the day it begins on. */
const span = {
  from: clockTime.default('00:00'),
  to: clockTime.default('24:00'),
  days: z
    .array(z.number().int().min(0))
    .min(1)
    .optional()
    .describe('Days of the script, 0 being the date of `start`; left out, every day.'),
};
const spans = z.array(z.strictObject(span)).default([]);

const legs = z
  .array(z.enum(PHASES))
  .min(1)
  .optional()
  .describe('Legs it hangs on in equal parts: [l1, l2] of a split phase is a 240 V appliance.');

const powerFactor = z.number().min(0.05).max(1).default(1).describe('Inductive.');
const watts = z.number().min(0).max(100_000);
const minutes = z.number().positive().max(1_440);

const load = z.strictObject({
  name: z.string().optional().describe('Its circuit: a CT of a `load` channel of this id sees it.'),
  watts,
  power_factor: powerFactor,
  legs,
  at: z.array(clockTime).min(1).optional().describe('Runs `minutes` from each of these times.'),
  minutes: minutes.default(4),
  ...span,
  every_minutes: minutes.optional().describe('Within its time, on for `on_minutes` of so many.'),
  on_minutes: minutes.optional().describe('Half of `every_minutes` where left out.'),
  ahead_of_mains: z
    .boolean()
    .default(false)
    .describe('Branches off before the mains CTs: no meter sees it.'),
});

const power = z.strictObject({ ...span, watts: z.number().min(-100_000).max(100_000) });

const weather = z.enum(['clear', 'cloudy_noon', 'broken', 'overcast', 'random']);

const solar = z.strictObject({
  watts: watts.optional().describe('Rated power of the inverter; left out, as the site says.'),
  legs,
  standby_watts: z.number().min(0).max(500).default(12).describe('What it draws at night.'),
  standby_var: z.number().min(-500).max(500).default(34),
  off: spans.describe('Switched off altogether: 0 W.'),
});

const battery = z.strictObject({
  watts: watts.default(5_000).describe('The most it charges and discharges with.'),
  capacity_kwh: z.number().positive().default(10),
  schedule: z
    .array(power)
    .min(1)
    .optional()
    .describe('W, + discharge. Left out, it lives on surplus and saves the home from importing.'),
  legs,
});

const hidden = z.strictObject({
  watts,
  follows: z.enum(['sun', 'constant']).default('sun'),
  ...span,
  legs,
});

export const homeScriptSchema = z.strictObject({
  start: z.iso.date().default('2026-06-10').describe('The date of day 0.'),
  seed: z
    .number()
    .int()
    .min(0)
    .default(1)
    .describe('Another number is another sky and another family.'),
  household: z
    .enum(['scripted', 'ordinary'])
    .default('scripted')
    .describe('`ordinary`: a family with habits instead of base, fridge and kettle.'),
  base_watts: watts.default(350),
  base_power_factor: z.number().min(0.05).max(1).default(0.95),
  fridge_watts: watts.default(120),
  kettle: z
    .strictObject({
      watts: watts.default(1_500),
      at: z.array(clockTime).default(['07:00', '12:40', '18:30']),
      minutes: minutes.default(4),
      legs,
    })
    .nullable()
    .prefault({}),
  loads: z.array(load).default([]),
  away: z
    .array(z.strictObject({ ...span, base_watts: watts.default(40) }))
    .default([])
    .describe('Nobody at home: so many W and nothing else.'),
  weather: z
    .union([weather, z.array(weather).min(1)])
    .default('random')
    .describe('One for all days, or one a day in turn.'),
  cloudiness: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('How grey `random` weather is: 0.5 is Chicago, less is drier.'),
  solar: solar.nullable().prefault({}),
  battery: battery.nullable().default(null),
  ev: z
    .strictObject({ schedule: z.array(power).min(1), legs })
    .nullable()
    .default(null),
  hidden_generator: hidden.nullable().default(null),
  voltage_wander_percent: z.number().min(0).max(10).default(1.2),
});

/** A home as `scripted-home.ts` takes it, every default filled in. */
export type HomeScript = z.output<typeof homeScriptSchema>;
/** A home as people write it. */
export type HomeScriptInput = z.input<typeof homeScriptSchema>;
export type Weather = z.output<typeof weather>;
export type Load = z.output<typeof load>;
export type Span = Pick<Load, 'from' | 'to' | 'days'>;
