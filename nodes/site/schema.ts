/**
 * The one schema of the site's configuration: types, defaults, validation, the JSON Schema that
 * editors use and the table in the docs all come from here.
 */
import { z } from 'zod';

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*$/i, 'letters, digits, - and _')
  .max(64);
const watts = z.number().positive();
const days = z.number().int().min(1).max(36_500);

const site = z.strictObject({
  name: z.string().min(1).max(80).default('Home'),
  timezone: z.string().default('UTC'),
  latitude: z.number().min(-90).max(90).nullable().default(null),
  longitude: z.number().min(-180).max(180).nullable().default(null),
  language: z.string().min(2).max(16).default('en'),
  service: z.enum(['single_phase', 'split_phase', 'three_phase']).default('split_phase'),
  nominal_voltage: z.number().min(80).max(400).default(120),
  service_amps: z.number().positive().max(5_000).default(200),
  inverter_watts: watts.nullable().default(null),
  netting: z.enum(['summed', 'per_phase']).default('summed'),
});

const retention = z.strictObject({
  minute_days: days.default(30),
  quarter_days: days.default(365),
  day_days: days.default(365),
  month_days: days.nullable().default(null),
});

const http = z.strictObject({
  port: z.number().int().min(1).max(65_535).default(8080),
  host: z.string().default('0.0.0.0'),
  allowed_hosts: z.array(z.string().min(1)).default([]),
  max_connections_per_address: z.number().int().min(1).max(1_000).default(20),
});

const dashboard = z.strictObject({ login: z.boolean().default(false) });

const editor = z.strictObject({
  enabled: z.boolean().default(true),
  allow: z.array(z.enum(['palette', 'exec', 'file'])).default([]),
});

const mdns = z.strictObject({ enabled: z.boolean().default(true) });

const mqtt = z.strictObject({
  enabled: z.boolean().default(false),
  url: z.string().default('mqtt://127.0.0.1'),
  topic: z.string().min(1).default('solthrive'),
  home_assistant: z.boolean().default(true),
});

const logging = z.strictObject({
  level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  rotate: z
    .strictObject({
      size_mb: z.number().positive().max(1_000).default(5),
      keep: z.number().int().min(1).max(100).default(5),
    })
    .prefault({}),
});

const update = z.strictObject({
  source: z.string().nullable().default(null),
  channel: z.string().min(1).default('stable'),
  policy: z.enum(['automatic', 'notify', 'off']).default('automatic'),
  window: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM-HH:MM')
    .default('02:00-04:00'),
});

const serialBus = z.strictObject({
  id,
  type: z.literal('serial'),
  port: z.string().min(1),
  baud: z.number().int().min(300).max(921_600).default(9600),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stop_bits: z.union([z.literal(1), z.literal(2)]).default(1),
});

const networkBus = {
  id,
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535).default(502),
};
const tcpBus = z.strictObject({ ...networkBus, type: z.literal('tcp') });
const rtuOverTcpBus = z.strictObject({
  ...networkBus,
  type: z.literal('rtu-over-tcp'),
  /** The serial side of the gateway: it sets the time a frame takes. */
  baud: z.number().int().min(300).max(921_600).default(9600),
});
const bus = z.discriminatedUnion('type', [serialBus, tcpBus, rtuOverTcpBus]);

const ctProfile = z.strictObject({
  id,
  rated_amps: z.number().positive().nullable().default(null),
  gain: z.number().positive().default(1),
  phase_deg: z.number().min(-45).max(45).default(0),
});

const channel = z.strictObject({
  id,
  role: z.enum(['grid', 'solar', 'load', 'battery', 'ev', 'subpanel']),
  phases: z
    .array(z.enum(['l1', 'l2', 'l3']))
    .min(1)
    .optional(),
  ct: id.optional(),
  multiplier: z.number().positive().default(1),
  invert: z.boolean().default(false),
});

const modbusMeter = z.strictObject({
  id,
  source: z.literal('modbus').default('modbus'),
  profile: z.string().min(1),
  bus: id,
  unit: z.number().int().min(0).max(255).default(1),
  channels: z.array(channel).min(1),
});
const externalMeter = z.strictObject({
  id,
  source: z.literal('external'),
  channels: z.array(channel).min(1),
});
const meter = z.union([externalMeter, modbusMeter]);

const poll = z.strictObject({ interval_ms: z.number().int().min(200).max(60_000).default(1000) });

export const siteConfigSchema = z.strictObject({
  site: site.prefault({}),
  retention: retention.prefault({}),
  http: http.prefault({}),
  dashboard: dashboard.prefault({}),
  editor: editor.prefault({}),
  mdns: mdns.prefault({}),
  mqtt: mqtt.prefault({}),
  logging: logging.prefault({}),
  update: update.prefault({}),
  buses: z.array(bus).default([]),
  ct_profiles: z.array(ctProfile).default([]),
  meters: z.array(meter).default([]),
  poll: poll.prefault({}),
  solar_position: z.enum(['load_side', 'line_side']).default('load_side'),
});

export type SiteConfig = z.output<typeof siteConfigSchema>;
export type BusConfig = z.output<typeof bus>;
export type CtProfile = z.output<typeof ctProfile>;
export type ChannelConfig = z.output<typeof channel>;
export type ModbusMeterConfig = z.output<typeof modbusMeter>;
export type ExternalMeterConfig = z.output<typeof externalMeter>;
export type MeterConfig = ModbusMeterConfig | ExternalMeterConfig;
