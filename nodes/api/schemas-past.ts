/** The bodies of the routes about the past, as JSON Schema. */
import { FIELDS, type Field, RESOLUTIONS } from '../history/fields.ts';
import { NOTES } from '../rollup/sums/summary.ts';
import {
  byName,
  date,
  described,
  flag,
  type JsonSchema,
  list,
  number,
  object,
  oneOf,
  orNull,
  text,
  time,
} from './json-schema.ts';
import { marks, simulated, value } from './schema-parts.ts';

const historyRecord: JsonSchema = {
  type: 'object',
  properties: {
    ts: described("Start, with the site's offset", time),
    ...Object.fromEntries(FIELDS.map((field) => [field.name, schemaOf(field)])),
  },
  required: ['ts'],
  additionalProperties: false,
};

function schemaOf({ name, type, description }: Field): JsonSchema {
  if (name === 'quality') return described(description, marks);
  return described(description, orNull({ type }));
}

export const history = object({
  from: time,
  to: time,
  resolution: oneOf(...RESOLUTIONS),
  timezone: text,
  records: described('In order; a time of which nothing is known has none', list(historyRecord)),
});

const peak = orNull(object({ w: number, ts: time }));
const ratio = orNull({ type: 'number', minimum: 0, maximum: 1 });

export const daySummary = object({
  date,
  timezone: text,
  start: time,
  end: time,
  hours: number,
  solar_kwh: value,
  home_kwh: value,
  import_kwh: value,
  export_kwh: value,
  'battery_charge_kwh?': value,
  'battery_discharge_kwh?': value,
  'ev_kwh?': value,
  'solar_standby_kwh?': described(
    'What the inverter drew while the sun was away, a part of home',
    value,
  ),
  self_consumption_kwh: described('Solar energy that the site used itself', value),
  self_consumption: ratio,
  solar_offset: ratio,
  self_sufficiency: ratio,
  peak_solar_w: peak,
  peak_home_w: peak,
  peak_import_w: peak,
  peak_export_w: peak,
  cost: described('import_cost + fixed_cost - export_credit; null where no tariff holds', value),
  import_cost: value,
  fixed_cost: value,
  export_credit: value,
  cost_without_solar: value,
  savings: value,
  currency: orNull(text),
  tariff: orNull(object({ id: text, version: text })),
  'discrepancy?': described(
    'counter / power - 1 by `<meter>/<channel>`, where the counter moved by more than 1 kWh',
    byName(object({ 'import?': number, 'export?': number })),
  ),
  coverage: { type: 'number', minimum: 0, maximum: 1 },
  quality: marks,
  notes: list(oneOf(...NOTES)),
  partial: described('Still going on', flag),
  'simulated?': simulated,
});
