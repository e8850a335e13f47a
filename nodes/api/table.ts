/** The routes of `/api`: one table, from which requests are checked and `/api/openapi.json` is written. */
import { HISTORY_PARAMS, type Param, SUMMARY_PARAMS } from '../history/params.ts';
import type { ErrorCode } from '../site/errors.ts';
import type { SchemaName } from './schemas.ts';

export interface Route {
  /** Below `/api`. */
  path: string;
  summary: string;
  /** Only with a token. */
  token: boolean;
  params: readonly Param[];
  /** The bodies of a 200; none: any JSON. */
  body: readonly SchemaName[];
  csv?: true;
  etag?: true;
  /** What it may answer beside what every route may. */
  errors: readonly ErrorCode[];
  /** Queries to try, each with a 200 where something is recorded. */
  examples: readonly string[];
}

const PAST_ERRORS = ['param_invalid', 'range_invalid', 'history_failed', 'busy'] as const;

export const ROUTES = [
  {
    path: '/latest',
    summary: 'The last snapshot',
    token: false,
    params: [],
    body: ['Snapshot'],
    errors: ['no_data'],
    examples: [''],
  },
  {
    path: '/health',
    summary: 'Whether all is well; always 200',
    token: false,
    params: [],
    body: ['Health'],
    errors: [],
    examples: [''],
  },
  {
    path: '/system',
    summary: 'The state of the machine, its buses and its clock',
    token: false,
    params: [],
    body: ['System'],
    errors: ['no_data'],
    examples: [''],
  },
  {
    path: '/history',
    summary: 'Records of the past',
    token: true,
    params: HISTORY_PARAMS,
    body: ['History'],
    csv: true,
    errors: [...PAST_ERRORS, 'field_unknown', 'too_many_records', 'not_kept'],
    examples: [
      '',
      'resolution=1h',
      'resolution=15m&fields=solar_kwh,home_kwh,import_kwh,export_kwh',
      'resolution=1m&fields=grid_min_w,grid_max_w,residual_w,channels',
      'resolution=1d&fields=solar_kwh,self_consumption,cost,savings,currency',
      'resolution=1mo',
      'resolution=1h&format=csv',
    ],
  },
  {
    path: '/daily_summary',
    summary: 'A day of the site, or a list of days, with ratios and money',
    token: true,
    params: SUMMARY_PARAMS,
    body: ['DaySummary', 'DaySummaries'],
    etag: true,
    errors: [...PAST_ERRORS, 'no_record'],
    examples: [''],
  },
  {
    path: '/device',
    summary: 'Which appliance this is, and which meters it has found',
    token: true,
    params: [],
    body: ['Device'],
    errors: ['no_data'],
    examples: [''],
  },
  {
    path: '/debug',
    summary: 'For a technician: configuration and where each value is from, lines, doctor, log',
    token: true,
    params: [],
    body: ['Debug'],
    errors: ['no_data'],
    examples: [''],
  },
  {
    path: '/openapi.json',
    summary: 'This description',
    token: false,
    params: [],
    body: [],
    errors: [],
    examples: [''],
  },
] as const satisfies readonly Route[];

export type RoutePath = (typeof ROUTES)[number]['path'];
