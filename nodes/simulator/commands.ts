/**
 * What a simulated meter may be told to do wrong: the commands of the simulator node and of scenario
 * tables, checked. What they do is decided in `faults.ts`.
 */
import { z } from 'zod';
import { PHASES } from '../meter/reading.ts';
import { SolthriveError } from '../site/errors.ts';
import { loadWords } from '../site/words.ts';

const LINE_FAULTS = [
  'silence',
  'crc_error',
  'wrong_unit',
  'truncated_frame',
  'noise_byte',
  'frozen',
] as const;
const PHASE_FAULTS = ['voltage_lost', 'ct_unplugged', 'ct_reversed'] as const;
const VALUE_FAULTS = ['nan', 'sentinel', 'solar_asleep', 'power_width', 'words_exchanged'] as const;

export const FAULTS = [
  ...LINE_FAULTS,
  'lost_frames',
  'restart',
  'late_reply',
  'exception',
  ...PHASE_FAULTS,
  'ct_swapped',
  'ct_rotated',
  'ct_on_leg',
  'ct_ratio',
  'gain_error',
  'gain_noise',
  'reference_swapped',
  'counter_reset',
  ...VALUE_FAULTS,
] as const;
export type FaultName = (typeof FAULTS)[number];
export type PhaseFault = (typeof PHASE_FAULTS)[number];

/** How long; without it the fault stays until it is cleared. */
const seconds = z.number().positive().max(86_400).optional();
const phase = z.enum(PHASES);
const phases = z.array(phase).min(1);
const percent = z.number().positive().max(100);
/** Another number draws other chances: two meters need not err alike. */
const seed = z.number().int().min(0).default(1);

const fault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.enum(LINE_FAULTS), seconds }),
  z.strictObject({ fault: z.literal('lost_frames'), percent: percent.default(2), seed, seconds }),
  z.strictObject({ fault: z.literal('restart'), seconds: seconds.default(5) }),
  z.strictObject({
    fault: z.literal('late_reply'),
    ms: z.number().int().min(1).max(60_000).default(1_500),
    seconds,
  }),
  z.strictObject({
    fault: z.literal('exception'),
    code: z.number().int().min(1).max(11).default(4),
    seconds,
  }),
  z.strictObject({ fault: z.enum(PHASE_FAULTS), phases, seconds }),
  z.strictObject({ fault: z.literal('ct_swapped'), phases: z.tuple([phase, phase]), seconds }),
  z.strictObject({
    fault: z.literal('ct_rotated'),
    steps: z.literal([1, 2]).default(1),
    seconds,
  }),
  z.strictObject({ fault: z.literal('ct_on_leg'), phases, leg: phase, seconds }),
  z.strictObject({
    fault: z.literal('ct_ratio'),
    phases,
    factor: z.number().positive().max(1_000),
    seconds,
  }),
  z.strictObject({
    fault: z.literal('gain_error'),
    phases: phases.default([...PHASES]),
    percent: percent.default(5),
    seed,
    seconds,
  }),
  z.strictObject({ fault: z.literal('gain_noise'), percent: percent.default(5), seed, seconds }),
  z.strictObject({ fault: z.literal('reference_swapped'), seconds }),
  z.strictObject({ fault: z.literal('counter_reset') }),
  z.strictObject({
    fault: z.enum(VALUE_FAULTS),
    /** Names of the profile's values; where left out, those that the fault is usual with. */
    values: z.array(z.string()).min(1).optional(),
    seconds,
  }),
]);
const commandSchema = z.union([
  fault,
  z.strictObject({ fault: z.literal('none') }),
  z.strictObject({ clear: z.enum(FAULTS) }),
]);

export type ActiveFault = z.output<typeof fault>;
export type Command = z.output<typeof commandSchema>;

const words = loadWords(import.meta.url, 'faults');

/** @throws SolthriveError `message_invalid`, which says what is allowed */
export function parseCommand(payload: unknown): Command {
  const parsed = commandSchema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const what = words('allowed', {
    found: JSON.stringify(payload)?.slice(0, 120) ?? String(payload),
    faults: FAULTS.join(', '),
    phases: PHASES.join(', '),
  });
  throw new SolthriveError('message_invalid', { kind: words('kind'), what });
}
