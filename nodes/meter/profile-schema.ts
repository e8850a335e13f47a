/** What a profile file may say, and how it becomes a `Profile`. */
import { z } from 'zod';
import type { Profile, ProfileValue } from './profile.ts';
import { registersOf } from './registers.ts';
import { isValueName, UNITS } from './vocabulary.ts';

const address = z.number().int().min(0).max(65_535);
const registerCount = z.number().int().min(1);
const milliseconds = z.number().min(0).max(5_000);
const fn = z.union([z.literal(3), z.literal(4)]);
const order = z.enum(['big', 'little']);
const type = z.enum([
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'int64',
  'float32',
  'float64',
]);

const serial = z.strictObject({
  baud: z.number().int().min(300).max(921_600),
  parity: z.enum(['none', 'even', 'odd']),
  stop_bits: z.union([z.literal(1), z.literal(2)]),
  unit: z.number().int().min(1).max(247),
});

const read = z.strictObject({
  function: fn,
  type: type.optional(),
  word_order: order,
  byte_order: order,
  max_registers: registerCount.max(125),
  align: registerCount.max(8).default(1),
  gap_ms: milliseconds.default(0),
  reply_delay_ms: milliseconds.default(0),
});

const identity = z.strictObject({
  address,
  function: fn.optional(),
  type,
  one_of: z.array(z.number()).min(1).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  serial: z.literal(true).optional(),
});

const value = z.strictObject({
  address,
  type: type.optional(),
  scale: z.number().default(1),
});
const values = z.record(z.string(), value);

const counters = z.strictObject({
  totals: z.enum(['summed', 'per_phase']),
  resolution_kwh: z.number().positive(),
  modulus_kwh: z.number().positive().nullable(),
});

/** `.nan` is one of the codes that meters use. */
const code = z.custom<number>((found) => typeof found === 'number', { params: { rule: 'code' } });

/** A decimal such as -9999.9 has no float32 of its own: what comes over the wire is the nearest one. */
function asReceived(codes: Profile['invalid']): Profile['invalid'] {
  return codes.float32 ? { ...codes, float32: codes.float32.map(Math.fround) } : codes;
}
const codes = z.partialRecord(type, z.array(code)).default({}).transform(asReceived);

const file = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  manufacturer: z.string().min(1),
  model: z.string().min(1),
  confidence: z.enum(['high', 'medium', 'low']),
  serial,
  read,
  identity: z.array(identity).default([]),
  blocks: z.array(z.strictObject({ start: address, count: registerCount })).min(1),
  invalid: codes.describe(
    'Raw values, by type, that mean "not available": they are null, no fault.',
  ),
  asleep: codes.describe(
    'Raw values, by type, of a device that sleeps as it should, such as an inverter at night: its powers and currents are 0, no fault.',
  ),
  values: z.strictObject({ fast: values, slow: values.default({}) }),
  counters,
  sources: z.array(z.string().min(1)).min(1),
});

type ProfileFile = z.output<typeof file>;
type Complain = (path: (string | number)[], rule: string, params?: Record<string, unknown>) => void;

/** Parses the content of a profile file, checks it as a whole, and gives the `Profile` of it. */
export const profileSchema = file
  .superRefine((content, context) => {
    const complain: Complain = (path, rule, params) =>
      context.addIssue({ code: 'custom', path, params: { rule, ...params } });
    checkBlocks(content, complain);
    checkIdentity(content, complain);
    checkValues(content, complain);
  })
  .transform(toProfile);

function checkBlocks({ blocks, read }: ProfileFile, complain: Complain): void {
  let end = 0;
  for (const [index, { start, count }] of blocks.entries()) {
    if (start < end) complain(['blocks', index, 'start'], 'block_order', { least: end });
    if (start % read.align !== 0) complain(['blocks', index, 'start'], 'align', read);
    if (count % read.align !== 0) complain(['blocks', index, 'count'], 'align', read);
    end = start + count;
  }
}

function checkIdentity(content: ProfileFile, complain: Complain): void {
  for (const [index, { one_of, min, max }] of content.identity.entries()) {
    if (one_of === undefined && min === undefined && max === undefined) {
      complain(['identity', index], 'expectation');
    }
  }
}

function checkValues({ values, read, blocks }: ProfileFile, complain: Complain): void {
  for (const speed of ['fast', 'slow'] as const) {
    for (const [name, { address, type }] of Object.entries(values[speed])) {
      const path = ['values', speed, name];
      if (!isValueName(name)) complain(path, 'name', { names: [...UNITS.keys()] });
      if (speed === 'slow' && name in values.fast) complain(path, 'twice');
      const kind = type ?? read.type;
      if (kind === undefined) {
        complain(path, 'type');
        continue;
      }
      const end = address + registersOf(kind);
      if (!blocks.some(({ start, count }) => address >= start && end <= start + count)) {
        complain([...path, 'address'], 'outside', { end: end - 1 });
      }
      const span = Math.ceil(end / read.align) - Math.floor(address / read.align);
      if (span * read.align > read.max_registers) complain(path, 'too_long', read);
    }
  }
  if (!Object.keys(values.fast).some((name) => /^power_(total|l\d)$/.test(name))) {
    complain(['values', 'fast'], 'power');
  }
}

function toProfile(content: ProfileFile): Profile {
  const { read, serial, counters } = content;
  return {
    id: content.id,
    manufacturer: content.manufacturer,
    model: content.model,
    fn: read.function,
    wordOrder: read.word_order,
    byteOrder: read.byte_order,
    maxRegisters: read.max_registers,
    align: read.align,
    gapMs: read.gap_ms,
    replyDelayMs: read.reply_delay_ms,
    blocks: content.blocks,
    invalid: content.invalid,
    asleep: content.asleep,
    values: [...valuesOf(content, 'fast'), ...valuesOf(content, 'slow')],
    totalCounters: counters.totals,
    counterResolutionKwh: counters.resolution_kwh,
    counterModulusKwh: counters.modulus_kwh,
    defaults: {
      baud: serial.baud,
      parity: serial.parity,
      stopBits: serial.stop_bits,
      unit: serial.unit,
    },
    identity: content.identity.map(
      ({ address, function: own, type, one_of, min, max, serial }) => ({
        address,
        fn: own ?? read.function,
        type,
        ...(serial && { serial }),
        expect: {
          ...(one_of === undefined ? {} : { oneOf: one_of }),
          ...(min === undefined ? {} : { min }),
          ...(max === undefined ? {} : { max }),
        },
      }),
    ),
  };
}

function valuesOf({ values, read }: ProfileFile, speed: 'fast' | 'slow'): ProfileValue[] {
  return Object.entries(values[speed]).flatMap(([name, { address, type, scale }]) => {
    const kind = type ?? read.type;
    if (!isValueName(name) || kind === undefined) return [];
    return { name, address, type: kind, scale, unit: UNITS.get(name) ?? '', speed };
  });
}
