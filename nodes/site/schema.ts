/**
 * The one schema of the site's configuration: types, defaults, validation, the JSON Schema that
 * editors use and the table in the docs all come from here. Where a rule has no words in zod, its
 * message is a key below `expected` in `locales/<language>/config.json`.
 */
import { z } from 'zod';
import { bus, ctProfile, meter } from './meter-schema.ts';
import { checkReferences } from './references.ts';
import { hostName, isTimeZone, tcpPort } from './schema-parts.ts';
import { writtenTariff } from './tariff-schema.ts';

const days = z.number().int().min(1).max(36_500);

/** Checked, but nothing in this release acts on it yet; holds for all keys below it. */
const NOT_YET = { inForce: false };

const TIME_ZONES = Intl.supportedValuesOf('timeZone');

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

const site = z
  .strictObject({
    name: z.string().min(1).max(80).default('Home').describe('What the pages call the site.'),
    timezone: z
      .string()
      .refine(isTimeZone, { error: 'time_zone', params: { candidates: TIME_ZONES } })
      .default('UTC')
      .describe('IANA time zone, such as America/Chicago. Days and tariffs follow it.'),
    latitude: z
      .number()
      .min(-90)
      .max(90)
      .nullable()
      .default(null)
      .describe('Degrees north, for sunrise and sunset. Set it together with the longitude.'),
    longitude: z
      .number()
      .min(-180)
      .max(180)
      .nullable()
      .default(null)
      .describe('Degrees east; west of Greenwich is negative.'),
    language: z
      .string()
      .refine(isLanguage, 'language')
      .default('en')
      .describe('Language of the pages where the browser asks for none we have.'),
    service: z
      .enum(['single_phase', 'split_phase', 'three_phase'])
      .default('split_phase')
      .describe('How the house is connected. `split_phase` is the 120/240 V of North America.'),
    nominal_voltage: z
      .number()
      .min(80)
      .max(400)
      .default(120)
      .describe('Volts from a phase to neutral, as they should be.'),
    service_amps: z
      .number()
      .positive()
      .max(5_000)
      .default(200)
      .describe('Amperes of the main breaker: no reading can be far above it.'),
    inverter_watts: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe('Rated power of the inverter(s), W: no solar reading can be far above it.'),
    netting: z
      .enum(['summed', 'per_phase'])
      .default('summed')
      .describe('How the utility nets import and export across the phases.'),
  })
  .superRefine(({ latitude, longitude }, context) => {
    if ((latitude === null) === (longitude === null)) return;
    const path = [latitude === null ? 'longitude' : 'latitude'];
    context.addIssue({ code: 'custom', message: 'both_coordinates', path });
  });

const retention = z.strictObject({
  minute_days: days.default(30).describe('Days for which minute records are kept.'),
  quarter_days: days
    .default(365)
    .describe('Days for which 15-minute records are kept, and at least as long as their minutes.'),
  day_days: days
    .default(365)
    .describe('Days for which day records are kept, and at least as long as their quarter hours.'),
  month_days: days
    .nullable()
    .default(null)
    .describe('Days for which month records are kept; `null` keeps them for ever.'),
});

const http = z.strictObject({
  port: tcpPort.default(8080).describe('TCP port of the pages and the API. SOLTHRIVE_PORT wins.'),
  host: hostName
    .default('0.0.0.0')
    .describe('Address to listen on; `127.0.0.1` keeps everything on the machine itself.'),
  allowed_hosts: z
    .array(hostName)
    .default([])
    .describe("Further names it answers to, beside the machine's own name and addresses."),
  max_connections_per_address: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(20)
    .describe('Live connections that one address may hold.'),
});

const dashboard = z.strictObject({
  login: z
    .boolean()
    .default(false)
    .describe('Ask for a password before showing the dashboard.')
    .meta(NOT_YET),
});

const editor = z.strictObject({
  enabled: z.boolean().default(true).describe('Serve the Node-RED editor at /editor.'),
  allow: z
    .array(z.enum(['palette', 'exec', 'file']))
    .default([])
    .describe(
      'What the editor may do beyond wiring: `palette` installs nodes, `exec` runs programs, `file` reads and writes files.',
    ),
});

const mdns = z.strictObject({
  enabled: z.boolean().default(true).describe('Announce the appliance on the home network.'),
});

const mqtt = z.strictObject({
  enabled: z.boolean().default(false).describe('Publish snapshots and faults to an MQTT broker.'),
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\/[^\s/]+/, 'mqtt_url')
    .default('mqtt://127.0.0.1')
    .describe('The broker: mqtt:// or mqtts://, with user:password@ where it wants them.'),
  topic: z
    .string()
    .regex(/^[^#+\s/]+(\/[^#+\s/]+)*$/, 'mqtt_topic')
    .default('solthrive')
    .describe('What the topics begin with.'),
  home_assistant: z
    .boolean()
    .default(true)
    .describe('Announce the values to Home Assistant.')
    .meta(NOT_YET),
});

const logging = z.strictObject({
  level: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('The least important messages that are still logged.'),
  rotate: z
    .strictObject({
      size_mb: z
        .number()
        .positive()
        .max(1_000)
        .default(5)
        .describe('Size at which a new log file is begun, MB.'),
      keep: z
        .number()
        .int()
        .min(1)
        .max(100)
        .default(5)
        .describe('How many old log files are kept.'),
    })
    .prefault({})
    .describe('When a log file is put away and how many are kept.'),
});

const update = z.strictObject({
  source: z
    .string()
    .regex(/^https?:\/\/[^\s/]+/, 'http_url')
    .nullable()
    .default(null)
    .describe('Where releases are looked for; `null` looks nowhere.'),
  channel: z.string().min(1).default('stable').describe('Which line of releases is followed.'),
  policy: z
    .enum(['automatic', 'notify', 'off'])
    .default('automatic')
    .describe('Install a release by itself, only say that there is one, or do not look.'),
  window: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'time_window')
    .default('02:00-04:00')
    .describe('When an update may be installed, HH:MM-HH:MM in local time.'),
});

const poll = z.strictObject({
  interval_ms: z
    .number()
    .int()
    .min(200)
    .max(60_000)
    .default(1000)
    .describe(
      'Milliseconds from one reading of a meter to the next. Values older than 5 s are stale.',
    ),
});

export const siteConfigSchema = z
  .strictObject({
    site: site.prefault({}).describe('The home and its connection to the grid.'),
    retention: retention.prefault({}).describe('How long records are kept.'),
    http: http.prefault({}).describe('The web server.'),
    dashboard: dashboard.prefault({}).describe("The homeowner's page."),
    editor: editor.prefault({}).describe("The installer's flow editor."),
    mdns: mdns.prefault({}).describe('Being found on the network.').meta(NOT_YET),
    mqtt: mqtt.prefault({}).describe('Publishing to MQTT.'),
    logging: logging.prefault({}).describe('The log.'),
    update: update.prefault({}).describe('New releases.').meta(NOT_YET),
    buses: z.array(bus).default([]).describe('The lines on which meters are reached.'),
    ct_profiles: z.array(ctProfile).default([]).describe('Kinds of current transformers.'),
    meters: z.array(meter).default([]).describe('The meters and other sources of readings.'),
    poll: poll.prefault({}).describe('The rhythm of reading.'),
    solar_position: z
      .enum(['load_side', 'line_side'])
      .default('load_side')
      .describe('Whether solar joins behind the mains CTs (`load_side`) or before (`line_side`).'),
    tariffs: z
      .array(writtenTariff)
      .default([])
      .describe('What energy costs; a new price is a new entry with its date.'),
  })
  .superRefine(checkReferences, {
    // Whole sections that are wrong in themselves would only make their references look wrong too.
    when: ({ issues }) =>
      !issues.some(({ path }) =>
        ['buses', 'ct_profiles', 'meters', 'tariffs'].includes(String(path?.[0])),
      ),
  });

export type SiteConfig = z.output<typeof siteConfigSchema>;
export type {
  BusConfig,
  ChannelConfig,
  CtProfile,
  ExternalMeterConfig,
  MeterConfig,
  ModbusMeterConfig,
} from './meter-schema.ts';
export type { TariffConfig } from './tariff-schema.ts';
