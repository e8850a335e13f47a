/** The shapes of the records, for those who read an archive with other tools: JSON Schema of each level. */
import { z } from 'zod';
import { LEVEL_NAMES, type LevelName } from './levels.ts';

const instant = z.iso.datetime().describe('UTC, ISO 8601 with milliseconds');
const date = z.iso.date().describe('Local date');
const kwh = z.number().nullable().optional();
const requiredKwh = z.number().nullable();
const seconds = z.number().min(0);
const stats = z
  .tuple([z.number(), z.number(), z.number()])
  .nullable()
  .describe('Mean, least and most, W; null where nothing was measured');
const hash = z.string().describe('Names the file in configs/');
const yes = z.literal(true).optional();

const energyKeys = {
  solar_kwh: requiredKwh,
  home_kwh: requiredKwh,
  import_kwh: requiredKwh,
  export_kwh: requiredKwh,
  battery_charge_kwh: kwh,
  battery_discharge_kwh: kwh,
  ev_kwh: kwh,
  solar_standby_kwh: kwh.describe('Drawn by inverters, a part of home; left out where 0'),
  solar_home_kwh: kwh,
  solar_grid_kwh: kwh,
  grid_home_kwh: kwh,
  solar_battery_kwh: kwh,
  battery_home_kwh: kwh,
  battery_grid_kwh: kwh,
  grid_battery_kwh: kwh,
};
const by = z.enum(['counter', 'integral']).describe('How most of it was told');
const energy = z.looseObject(energyKeys).describe('kWh; null where nothing was measured');
const energyBy = z.looseObject({ ...energyKeys, by });

const marks = {
  covered_s: seconds.describe('Seconds that were measured'),
  held_s: seconds.optional(),
  estimated_s: seconds.optional(),
  recovered_s: seconds.optional().describe('Seconds that counters make up for'),
};
const power = z.looseObject({
  solar: stats,
  home: stats,
  grid: stats.describe('+ import, - export'),
  battery: stats.optional().describe('+ discharge, - charge'),
  ev: stats.optional(),
  residual: stats.optional(),
});
const peak = z
  .tuple([z.number(), instant])
  .optional()
  .describe('The largest 1-minute mean, W, and when it began');
const peaks = z.looseObject({ solar: peak, home: peak, import: peak, export: peak });
const counterEvent = { channel: z.string(), event: z.string() };
const integrated = z
  .number()
  .optional()
  .describe('What power alone came to where a counter decides how much');
const integratedKwh = {
  integrated_import_kwh: integrated,
  integrated_export_kwh: integrated,
};
const events = z
  .array(z.looseObject({ ...counterEvent, ts: instant, minutes: z.int() }))
  .optional()
  .describe('What counters did that was not counting: first minute, and in how many');
const unbalanced = energy
  .optional()
  .describe('Of `energy`, what passed while another part of the balance was unknown');
const tariff = z.looseObject({ id: z.string(), version: z.string() });
const money = z
  .looseObject({
    currency: z.string(),
    import_cost: z.number(),
    fixed: z.number(),
    export_credit: z.number(),
    cost: z.number().describe('import_cost + fixed - export_credit'),
    cost_without_solar: z.number().nullable(),
    savings: z.number().nullable(),
    estimated: yes,
  })
  .nullable();
const ratio = z.number().optional();
const bounds = { timezone: z.string(), start: instant, end: instant };

const SHAPES = {
  minute: z.looseObject({
    v: z.literal(1),
    ts: instant.describe('Start, UTC'),
    run: z.string(),
    rev: z.int().describe('Of two lines of one ts and run the higher counts; runs add'),
    config: hash,
    ...marks,
    recovered: z
      .looseObject({
        from: instant,
        to: instant,
        energy: z.record(z.string(), z.number()),
        channels: z.record(
          z.string(),
          z.looseObject({ import_kwh: z.number(), export_kwh: z.number() }),
        ),
      })
      .optional()
      .describe('Energy that passed in a time in which nobody looked; not in `energy`'),
    events: z.array(z.looseObject(counterEvent)).optional(),
    clock_step: yes,
    simulated: yes,
    power,
    energy: energyBy,
    channels: z.record(
      z.string(),
      z.looseObject({
        mean_w: z.number().nullable(),
        import_kwh: requiredKwh,
        export_kwh: requiredKwh,
        counter_import_kwh: z.number().optional(),
        counter_export_kwh: z.number().optional(),
        ...integratedKwh,
      }),
    ),
  }),
  quarter: z.looseObject({
    v: z.literal(1),
    ts: instant.describe('Start, UTC'),
    config: hash,
    as: hash.optional().describe('Seen under this configuration; stands in for the line without'),
    ...marks,
    simulated: yes,
    estimated: yes,
    events,
    power,
    peaks,
    energy: energyBy,
    channels: z.record(
      z.string(),
      z.looseObject({ import_kwh: requiredKwh, export_kwh: requiredKwh, ...integratedKwh }),
    ),
  }),
  day: z.looseObject({
    v: z.literal(1),
    date,
    ...bounds,
    ...marks,
    simulated: yes,
    estimated: yes,
    events,
    peaks,
    energy,
    unbalanced,
    discrepancy: z
      .record(z.string(), z.looseObject({ import: ratio, export: ratio }))
      .optional()
      .describe('counter / power - 1, where the counter moved by more than 1 kWh'),
    tariff: tariff.nullable(),
    money,
    bill: z.looseObject({ since: date, currency: z.string() }).nullable(),
  }),
  month: z.looseObject({
    v: z.literal(1),
    month: z.string().regex(/^\d{4}-\d\d$/),
    ...bounds,
    days: z.int(),
    ...marks,
    simulated: yes,
    estimated: yes,
    events,
    peaks,
    energy,
    unbalanced,
    tariffs: z.array(tariff),
    money,
  }),
} as const satisfies Record<LevelName, z.ZodType>;

/** Whether a value is a whole record of a level, down to its last number. */
export function isRecord(level: LevelName, value: unknown): boolean {
  return SHAPES[level].safeParse(value).success;
}

/** The JSON Schema of each level. */
export function recordSchemas(): { level: LevelName; schema: unknown }[] {
  return LEVEL_NAMES.map((level) => ({ level, schema: z.toJSONSchema(SHAPES[level]) }));
}
