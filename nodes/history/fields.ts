/**
 * What a record of the past may tell, and at which resolutions: the one table from which questions
 * are checked, answers are made, and `/api/openapi.json` is written.
 */
import type { PowerStats } from '../journal/minute.ts';
import type { Discrepancy, Energies, Seconds } from '../rollup/records.ts';
import { coverageOf, knownSeconds, markOf } from '../rollup/sums/seconds.ts';
import type { EnergySummary, PeakSummary } from '../rollup/sums/summary.ts';
import type { SiteConfig } from '../site/schema.ts';

export const RESOLUTIONS = ['1m', '15m', '1h', '1d', '1mo'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** How long a record is, ms; days and months are as long as they are: the shortest. */
export const LENGTH_MS: Record<Resolution, number> = {
  '1m': 60_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '1d': 23 * 3_600_000,
  '1mo': 28 * 86_400_000,
};

/** What the fields of a record are read from: a minute, 15 minutes, an hour, a day or a month. */
export interface Told extends Seconds {
  power?: Record<string, PowerStats | undefined>;
  energy: Energies;
  channels?: object;
  events?: readonly object[];
  discrepancy?: Discrepancy;
  /** Of a day or month. */
  summary?: EnergySummary & { tariff?: { id: string } | null };
}

export type FieldValue = number | string | object | null;

export interface Field {
  name: string;
  /** Told when nobody says which fields. */
  usual: boolean;
  at: readonly Resolution[];
  /** The part of a home without which it is not usual. */
  only?: 'battery' | 'ev';
  description: string;
  type: 'number' | 'string' | 'object' | 'array';
  /** @param lengthS  how long the record is, or has been so far, s */
  of(told: Told, lengthS: number): FieldValue;
}

const FINE: readonly Resolution[] = ['1m', '15m', '1h'];
const COARSE: readonly Resolution[] = ['1d', '1mo'];

const POWERS = {
  solar: 'Solar power',
  home: "The home's use",
  grid: 'Grid power, + import, - export',
  battery: 'Battery power, + discharge, - charge',
  ev: 'Power of car chargers, a part of home',
} as const;

const ENERGIES = {
  solar: 'Solar energy',
  home: 'Energy used by the home',
  import: 'Energy from the grid',
  export: 'Energy to the grid',
  battery_charge: 'Energy into the battery',
  battery_discharge: 'Energy out of the battery',
  ev: 'Energy to car chargers, a part of home',
  solar_standby: 'Energy that the inverter drew while the sun was away, a part of home',
  solar_home: 'Solar energy used by the home',
  solar_grid: 'Solar energy to the grid',
  grid_home: 'Energy from the grid used by the home',
  solar_battery: 'Solar energy into the battery',
  battery_home: 'Energy out of the battery used by the home',
  battery_grid: 'Energy out of the battery to the grid',
  grid_battery: 'Energy from the grid into the battery',
} as const;

const USUAL_ENERGIES = new Set(['solar', 'home', 'import', 'export']);
const USUAL_WITH_PART = new Set(['battery_charge', 'battery_discharge', 'ev']);

const RATIOS = {
  self_consumption: 'Share of solar energy that the site used itself, 0..1',
  solar_offset: "Share of the home's use that came straight from solar, 0..1",
  self_sufficiency: "Share of the home's use that did not come from the grid, 0..1",
} as const;

const MONEY = {
  cost: 'What the energy cost: import_cost + fixed_cost - export_credit',
  import_cost: 'Energy bought, with its tax',
  fixed_cost: 'Fees, with their tax',
  export_credit: 'What exported energy earned',
  cost_without_solar: 'What the same home would have paid without solar and battery',
  savings: 'cost_without_solar - cost',
} as const;
const USUAL_MONEY = new Set(['cost', 'export_credit', 'savings']);

const PEAKS = ['solar', 'home', 'import', 'export'] as const;

/** In the order in which they are told. */
export const FIELDS: readonly Field[] = [
  ...namesOf(POWERS).map((name): Field => powerField(name, 0)),
  ...namesOf(POWERS).flatMap((name) => [powerField(name, 1), powerField(name, 2)]),
  {
    name: 'residual_w',
    usual: false,
    at: FINE,
    description: 'Mean of what the balance could not explain, W',
    type: 'number',
    // Left out of a record while it is 0 all the time.
    of: ({ power }) => power?.residual?.[0] ?? (power?.home ? 0 : null),
  },
  ...namesOf(ENERGIES).map(energyField),
  ...namesOf(RATIOS).map((name): Field => {
    const of = ({ summary }: Told) => summary?.[name] ?? null;
    return { name, usual: true, at: COARSE, description: RATIOS[name], type: 'number', of };
  }),
  ...PEAKS.map(peakField),
  ...namesOf(MONEY).map((name): Field => {
    const of = ({ summary }: Told) => summary?.[name] ?? null;
    const usual = USUAL_MONEY.has(name);
    return { name, usual, at: COARSE, description: MONEY[name], type: 'number', of };
  }),
  {
    name: 'currency',
    usual: true,
    at: COARSE,
    description: 'Currency of the money, ISO 4217; null where no tariff holds',
    type: 'string',
    of: ({ summary }) => summary?.currency ?? null,
  },
  {
    name: 'coverage',
    usual: true,
    at: RESOLUTIONS,
    description: 'Share of the time that is known, 0..1',
    type: 'number',
    of: (told, lengthS) => coverageOf(told, Math.max(lengthS, knownSeconds(told))),
  },
  {
    name: 'quality',
    usual: true,
    at: RESOLUTIONS,
    description: 'The worst mark above 1 % of the time: good, held, estimated, recovered, missing',
    type: 'string',
    of: (told, lengthS) => markOf(told, Math.max(lengthS, knownSeconds(told))),
  },
  {
    name: 'channels',
    usual: false,
    at: FINE,
    description: "Each channel's own energies (and mean_w at 1m), by `<meter>/<channel>`",
    type: 'object',
    of: ({ channels }) => channels ?? null,
  },
  {
    name: 'events',
    usual: false,
    at: RESOLUTIONS,
    description:
      'What counters did that was not counting: `channel`, `event`, and from 15m on the first minute, `ts` (UTC), and in how many, `minutes`; null where they counted',
    type: 'array',
    of: ({ events }) => events ?? null,
  },
  {
    name: 'discrepancy',
    usual: false,
    at: ['1d'],
    description:
      'counter / power - 1, by `<meter>/<channel>` and `import` or `export`, where the counter moved by more than 1 kWh',
    type: 'object',
    of: ({ discrepancy }) => discrepancy ?? null,
  },
];

const BY_NAME = new Map(FIELDS.map((field) => [field.name, field]));

export function fieldNamed(name: string): Field | undefined {
  return BY_NAME.get(name);
}

/** The names a question may use at a resolution. */
export function fieldNames(resolution: Resolution | 'auto'): string[] {
  const known = FIELDS.filter(({ at }) => resolution === 'auto' || at.includes(resolution));
  return known.map(({ name }) => name);
}

/** Those asked for, in their order; else the usual ones of such a home. */
export function chosenFields(
  names: readonly string[] | null,
  resolution: Resolution,
  config: Pick<SiteConfig, 'meters'>,
): Field[] {
  const here = FIELDS.filter(({ at }) => at.includes(resolution));
  if (names !== null) return names.flatMap((name) => here.filter((field) => field.name === name));
  const roles = new Set(config.meters.flatMap(({ channels }) => channels.map(({ role }) => role)));
  return here.filter(({ usual, only }) => usual && (only === undefined || roles.has(only)));
}

function powerField(name: keyof typeof POWERS, part: 0 | 1 | 2): Field {
  const which = (['mean', 'minimum', 'maximum'] as const)[part];
  return {
    name: `${name}_${['', 'min_', 'max_'][part]}w`,
    usual: part === 0,
    at: FINE,
    ...(name === 'battery' || name === 'ev' ? { only: name } : {}),
    description: `${POWERS[name]}, ${which}, W`,
    type: 'number',
    of: ({ power }) => power?.[name]?.[part] ?? null,
  };
}

function energyField(name: keyof typeof ENERGIES): Field {
  const key = `${name}_kwh` as const;
  const only = name.includes('battery') ? 'battery' : name === 'ev' ? 'ev' : undefined;
  return {
    name: key,
    usual: USUAL_ENERGIES.has(name) || USUAL_WITH_PART.has(name),
    at: RESOLUTIONS,
    ...(only && { only }),
    description: `${ENERGIES[name]}, kWh`,
    type: 'number',
    // Left out of a record while it is 0 all the time.
    of: ({ energy }) =>
      energy[key] ?? (name === 'solar_standby' && energy.solar_kwh !== null ? 0 : null),
  };
}

function peakField(name: (typeof PEAKS)[number]): Field {
  const key = `peak_${name}_w` as const;
  return {
    name: key,
    usual: false,
    at: COARSE,
    description: 'The largest mean of a minute, W',
    type: 'number',
    of: ({ summary }) => (summary?.[key] satisfies PeakSummary | null | undefined)?.w ?? null,
  };
}

function namesOf<Key extends string>(table: Record<Key, string>): Key[] {
  return Object.keys(table) as Key[];
}
