/** The bodies of `/api`, as JSON Schema by name: what `/api/openapi.json` says and a test holds answers to. */
import type { Ending } from '../health/runs/history.ts';
import { PHASES, ROLES } from '../meter/reading.ts';
import { ERROR_CODES } from '../site/errors.ts';
import {
  byName,
  count,
  described,
  flag,
  type JsonSchema,
  list,
  number,
  object,
  oneOf,
  orNull,
  refTo,
  text,
  time,
  yes,
} from './json-schema.ts';
import { simulated, value } from './schema-parts.ts';
import { daySummary, history } from './schemas-past.ts';

const role = oneOf(...ROLES);

const phase = object({
  voltage_v: value,
  current_a: value,
  power_w: value,
  'reactive_var?': value,
  'power_factor?': value,
});

const doubt = object({
  value: text,
  'phase?': oneOf(...PHASES),
  'channel?': text,
  'register?': count,
  'raw?': number,
  shown: value,
  kind: text,
});

const snapshot = object({
  ts: time,
  seq: described('Counts up by one in each run', count),
  run: described('New at each start', text),
  'simulated?': simulated,
  solar_w: value,
  home_w: value,
  grid_w: described('+ import, - export', value),
  import_w: value,
  export_w: value,
  solar_standby_w: value,
  'battery_w?': described('+ discharge, - charge', value),
  'battery_soc?': described('Percent', value),
  'ev_w?': value,
  flows: orNull(
    object({
      solar_home_w: number,
      solar_grid_w: number,
      grid_home_w: number,
      'solar_battery_w?': number,
      'battery_home_w?': number,
      'battery_grid_w?': number,
      'grid_battery_w?': number,
    }),
  ),
  residual_w: described('What the balance could not explain', value),
  'held?': described('The last good home is shown', yes),
  energy: described(
    'Totals that never go back, kWh',
    object({
      solar_kwh: value,
      home_kwh: value,
      import_kwh: value,
      export_kwh: value,
      'battery_charge_kwh?': value,
      'battery_discharge_kwh?': value,
      'ev_kwh?': value,
    }),
  ),
  channels: byName(
    object({
      role,
      power_w: value,
      age_ms: value,
      'phases?': {
        type: 'object',
        properties: Object.fromEntries(PHASES.map((name) => [name, phase])),
        additionalProperties: false,
      },
    }),
  ),
  sources: byName(
    object({
      ok: flag,
      age_ms: value,
      latency_ms: value,
      errors: count,
      'doubts?': described('What a source of your own sent that cannot be', list(doubt)),
    }),
  ),
  quality: oneOf('good', 'partial', 'stale'),
  errors: described('Ids of the active faults', list(text)),
});

const fault = object({
  id: text,
  source: described('site, <bus>, <meter> or <meter>/<channel>', text),
  'cause?': text,
  severity: oneOf('info', 'warning', 'fault'),
  state: oneOf('suspected', 'confirmed'),
  since: time,
  'cleared_at?': time,
  'acknowledged?': described('Somebody has seen it', object({ by: text, until: time })),
  evidence: byName(number),
  message: described('For the homeowner', text),
  advice: described('For the installer', text),
});

const health = object({
  status: oneOf('ok', 'degraded', 'fault'),
  modbus_status: oneOf('ok', 'degraded', 'down', 'none'),
  api_status: oneOf('ok', 'stalled'),
  storage: { type: 'string', pattern: '^(\\d+(GB|MB)_free|unknown)$' },
  last_snapshot_age_sec: value,
  errors: list(text),
  faults: list(refTo('Fault')),
  version: orNull(text),
  'simulated?': simulated,
});

const endings = [
  'clean',
  'reboot',
  'refused',
  'crash',
  'watchdog',
  'power_loss',
] satisfies Ending[];
const ending = oneOf(...endings);
const spread = object({ p50: number, p99: number, max: number });

/** For a technician: what it has beyond these grows from release to release. */
const system = {
  type: 'object',
  properties: {
    version: text,
    uptime_s: described('Of the program', count),
    host: {
      type: 'object',
      properties: {
        uptime_s: described('Of the machine', count),
        cpu: object({ percent: value, load: list(number), cores: count }),
        memory: { type: 'object' },
        disk: orNull(object({ free_mb: number, total_mb: number, 'free_files?': count })),
        temperature_c: number,
        undervoltage: object({ now: flag, 'since_boot?': flag }),
      },
      required: ['uptime_s', 'cpu', 'memory', 'disk'],
    },
    runs: described(
      'Left out where the program was not started by its own launcher',
      object({
        started_at: time,
        reboots: described('Of the machine, since the first run', count),
        last_end: described(
          'How the run before this one ended; null where none is known',
          orNull(object({ how: ending, at: orNull(time), 'reason?': text })),
        ),
        crashes_24h: count,
        crashes_7d: count,
      }),
    ),
    disk_full: described(
      'As the disk of the records has been filling; null where that is not in sight',
      orNull(object({ of: oneOf('space', 'files'), days_left: count })),
    ),
    event_loop_delay_ms: described('Over the last five minutes', orNull(spread)),
    poll_drift_ms: described('By meter', byName(spread)),
    poll_interval_ms: count,
    meters: byName({ type: 'object' }),
    buses: byName({ type: 'object' }),
    request_errors: described(
      'By meter, of the last five minutes',
      byName(
        object({
          bus: text,
          requests: count,
          failures: count,
          percent: value,
          kinds: described('Failures by kind', byName(count)),
        }),
      ),
    ),
    clock: { type: 'object' },
  },
  required: [
    ...['version', 'uptime_s', 'host', 'disk_full', 'event_loop_delay_ms', 'poll_drift_ms'],
    ...['poll_interval_ms', 'meters', 'buses', 'request_errors', 'clock'],
  ],
};

const device = object({
  serial: described('Of the machine; null where it does not tell', orNull(text)),
  hardware: described('Model of the machine', orNull(text)),
  firmware: described('The release that runs', text),
  uptime_s: count,
  update: object({ checked_at: orNull(time), result: orNull(text) }),
  meters: list(
    object({
      id: text,
      source: oneOf('modbus', 'external'),
      'profile?': text,
      'bus?': text,
      'unit?': count,
      'identity?': described(
        'Whether it is the kind of meter its profile describes',
        oneOf('unknown', 'match', 'mismatch'),
      ),
      'serial?': described(
        'Of the meter; null until it has told it, or if it never does',
        orNull(text),
      ),
      channels: list(object({ id: text, role })),
      ok: described('Whether its last poll was good; null before any', orNull(flag)),
      age_ms: value,
      'error?': { type: 'object', properties: { code: text, message: text, hint: text } },
    }),
  ),
  'simulated?': simulated,
});

/** For a technician; nothing in it is secret. What is in each part grows from release to release. */
const debug = object({
  versions: object({ solthrive: text, node: text, platform: text }),
  uptime_s: count,
  config_hash: text,
  paths: { type: 'object' },
  config: described('In force, without passwords', { type: 'object' }),
  origins: described('Where each value of it was written', byName(text)),
  problems: described('Mistakes in the files', list({ type: 'object' })),
  lines: list(
    object({
      bus: text,
      users: count,
      waiting: described('Requests that wait for their turn', count),
      state: oneOf('closed', 'connecting', 'open', 'waiting'),
      reconnects: count,
      devices: list({ type: 'object' }),
    }),
  ),
  system: orNull(refTo('System')),
  faults: list(refTo('Fault')),
  snapshot: orNull({ type: 'object' }),
  doctor: described(
    'Every hypothesis with the numbers for and against it',
    orNull({ type: 'object' }),
  ),
  log: described('The last warnings and errors', list({ type: 'object' })),
  'simulated?': simulated,
});

const error = object({
  error: object({
    code: described('Never renamed', oneOf(...ERROR_CODES)),
    message: text,
    hint: text,
    'param?': described('The parameter that is wrong', text),
  }),
});

export const SCHEMAS = {
  Snapshot: snapshot,
  Fault: fault,
  Health: health,
  System: system,
  History: history,
  DaySummary: daySummary,
  DaySummaries: object({ days: list(refTo('DaySummary')) }),
  Device: device,
  Debug: debug,
  Error: error,
} as const satisfies Record<string, JsonSchema>;

export type SchemaName = keyof typeof SCHEMAS;
