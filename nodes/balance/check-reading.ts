/**
 * The border: whatever arrives as a reading, from our meters or from a function node, is parsed
 * here once, and nothing behind this line doubts its shape.
 */
import { z } from 'zod';
import { corrected, correctionOf } from '../meter/correction.ts';
import { PHASES, type Reading, ROLES } from '../meter/reading.ts';
import { isoTime } from '../site/clock.ts';
import { SolthriveError, sayWhat } from '../site/errors.ts';
import type { CtProfile, MeterConfig } from '../site/schema.ts';
import type { Instant } from './ledger.ts';

const value = z.number().nullable();
const known = value.default(null);
const counter = z.number().min(0).nullable();

const phase = z.object({
  voltage_v: known,
  current_a: known,
  power_w: known,
  reactive_var: value.optional(),
  power_factor: value.optional(),
});

const channel = z.object({
  role: z.enum(ROLES),
  power_w: value,
  import_kwh: counter.optional(),
  export_kwh: counter.optional(),
  counters: z.enum(['summed', 'per_phase']).optional(),
  counters_mono_ms: z.number().optional(),
  counter_step_kwh: z.number().positive().optional(),
  counter_modulus_kwh: z.number().positive().nullable().optional(),
  soc: z.number().min(0).max(100).nullable().optional(),
  phases: z.partialRecord(z.enum(PHASES), phase).optional(),
});

const reading = z.object({
  meter: z.string().min(1),
  ts: z.iso.datetime().optional(),
  mono_ms: z.number().optional(),
  ok: z.boolean().default(true),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  simulated: z.literal(true).optional(),
  frequency_hz: value.optional(),
  latency_ms: value.optional(),
  serial: z.string().min(1).max(64).optional(),
  channels: z.record(z.string(), channel).default({}),
});

/**
 * Parses a reading. A source that does not tell when its values arrived is taken to send them at
 * once; that is what `now` is for.
 * @throws SolthriveError `message_invalid` with the place and what is wrong there
 */
export function checkReading(payload: unknown, now: Instant): Reading {
  const parsed = reading.safeParse(payload);
  if (!parsed.success) throw invalid(describe(parsed.error));
  const { ts = isoTime(now.wallMs), mono_ms = now.monoMs, ...rest } = parsed.data;
  // A time of another clock would make an old value look new for ever.
  if (mono_ms > now.monoMs + 1) throw invalid(sayWhat('message.later'));
  return { ...rest, ts, mono_ms };
}

/**
 * A reading with its channels as they are configured: turned round, multiplied, with the gain of
 * their CTs. Our own meters have done that already.
 */
export function asConfigured(
  reading: Reading,
  { source, channels }: MeterConfig,
  ctProfiles: readonly CtProfile[],
): Reading {
  if (source !== 'external') return reading;
  const settled = { ...reading.channels };
  for (const channel of channels) {
    const shown = settled[channel.id];
    if (shown) settled[channel.id] = corrected(shown, correctionOf(channel, ctProfiles));
  }
  return { ...reading, channels: settled };
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'payload'}: ${issue.message}` : error.message;
}

function invalid(what: string): SolthriveError {
  return new SolthriveError('message_invalid', { kind: 'reading', what });
}
