/** What may be said of lines, current transformers, meters and their channels. */
import { z } from 'zod';
import { hostName, id, tcpPort } from './schema-parts.ts';

const baud = z.number().int().min(300).max(921_600);

const busId = id.describe('The name by which meters refer to the line.');

const serialBus = z.strictObject({
  id: busId,
  type: z.literal('serial').describe('Modbus RTU on a serial port (RS-485).'),
  port: z
    .string()
    .min(1)
    .describe('The port; /dev/serial/by-id/... stays the same when adapters are plugged round.'),
  baud: baud.default(9600).describe('Bits per second, as all meters on the line are set.'),
  parity: z.enum(['none', 'even', 'odd']).default('none').describe('Parity of the line.'),
  stop_bits: z.literal([1, 2]).default(1).describe('Stop bits, 1 or 2.'),
});

const networkBus = {
  host: hostName.describe('Name or address of the meter or gateway.'),
  port: tcpPort.default(502).describe('TCP port of the meter or gateway.'),
};
const tcpBus = z.strictObject({
  id: busId,
  type: z.literal('tcp').describe('Modbus TCP, to a meter or a translating gateway.'),
  ...networkBus,
});
const rtuOverTcpBus = z.strictObject({
  id: busId,
  type: z.literal('rtu-over-tcp').describe('RTU frames through a transparent serial server.'),
  ...networkBus,
  baud: baud.default(9600).describe("The gateway's serial side: it sets the time a frame takes."),
});
export const bus = z.discriminatedUnion('type', [serialBus, tcpBus, rtuOverTcpBus]);

export const ctProfile = z.strictObject({
  id: id.describe('The name by which channels refer to it.'),
  rated_amps: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      "The CT's rated primary current, A; the wiring checks judge by it what is noise and what is too much.",
    ),
  gain: z.number().positive().default(1).describe('Corrects A, W, var and kWh by this factor.'),
  phase_deg: z
    .number()
    .min(-45)
    .max(45)
    .default(0)
    .describe("The CT's phase error, degrees; correcting it needs the meter's var."),
});

const channel = z.strictObject({
  id: id.describe('The name of the channel, unique in its meter.'),
  role: z
    .enum(['grid', 'solar', 'load', 'battery', 'ev', 'subpanel'])
    .describe('What flows through it.'),
  phases: z
    .array(z.enum(['l1', 'l2', 'l3']))
    .min(1)
    .optional()
    .describe("Which of the meter's inputs it sums; left out, the meter's total."),
  ct: id.optional().describe('Its entry in `ct_profiles`.'),
  multiplier: z
    .number()
    .positive()
    .default(1)
    .describe('Power and energy times this: 2 where one CT on a 240 V pair reads half.'),
  invert: z.boolean().default(false).describe('Turn the sign round, for a CT put on backwards.'),
  max_watts: z
    .number()
    .positive()
    .optional()
    .describe(
      'The most that can flow here, W: a counter that tells of more is not believed. Left out, a quarter more than the service (for solar: the inverter) carries.',
    ),
});

const meterId = id.describe('The name of the meter in readings, records and faults.');
const channels = z.array(channel).min(1).describe('What the meter measures.');
const modbusMeter = z.strictObject({
  id: meterId,
  // Optional and with a default: left out, the union still knows which kind it is.
  source: z
    .literal('modbus')
    .optional()
    .default('modbus')
    .describe('`modbus`: polled by the appliance. The default.'),
  profile: z.string().min(1).describe('Which kind of meter: a file of config/meters or meters/.'),
  bus: id.describe('Its line: an entry of `buses`.'),
  unit: z.number().int().min(0).max(255).default(1).describe('Modbus unit id (slave address).'),
  channels,
});
const externalMeter = z.strictObject({
  id: meterId,
  source: z.literal('external').describe('`external`: readings come from a flow.'),
  channels,
});
export const meter = z.discriminatedUnion('source', [modbusMeter, externalMeter]);

export type BusConfig = z.output<typeof bus>;
export type CtProfile = z.output<typeof ctProfile>;
export type ChannelConfig = z.output<typeof channel>;
export type ModbusMeterConfig = z.output<typeof modbusMeter>;
export type ExternalMeterConfig = z.output<typeof externalMeter>;
export type MeterConfig = ModbusMeterConfig | ExternalMeterConfig;
