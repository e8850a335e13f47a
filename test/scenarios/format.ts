/**
 * How a scenario is written: docs/scenarios.md in the form a machine can check. It decides what may be
 * said; `table.ts` reads files of it.
 */
import { z } from 'zod';
import { FAULT_IDS } from '../../nodes/health/faults.ts';
import { CLIMATES } from '../../nodes/simulator/climates.ts';
import { moment } from './moments.ts';
import { PLACES } from './places.ts';
import { duration, localTime } from './quantities.ts';

const words = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]);
const faultId = z.enum(FAULT_IDS);
const state = z.enum(['suspected', 'confirmed']);

/** A piece of something that is checked as a whole once it is put together. */
const piece = z.record(z.string(), z.unknown());

const place = z
  .union([
    z.enum(Object.keys(PLACES) as [keyof typeof PLACES]).transform((name) => PLACES[name]),
    z.strictObject({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      timezone: z.string(),
    }),
  ])
  .default(PLACES.chicago);

const ACTIONS = ['fault', 'clear', 'port', 'restart', 'configure', 'clock', 'jump'] as const;

/** Parameters of the simulator's own commands stand beside `fault`. */
const event = z
  .object({
    at: moment,
    id: z
      .string()
      .regex(/^[a-z][\w-]*$/i, 'expected a name: letters, digits, - and _')
      .optional(),
    meter: words.optional(),
    for: duration.optional(),
    fault: z.union([z.string(), piece]).optional(),
    clear: z.string().optional(),
    port: z.enum(['gone', 'back']).optional(),
    bus: z.string().optional(),
    restart: z.enum(['clean', 'kill']).optional(),
    down: duration.default(10_000),
    configure: piece.optional(),
    clock: z.enum(['trusted', 'untrusted']).optional(),
    jump: duration.optional(),
  })
  .catchall(z.unknown())
  .superRefine((written, context) => {
    const actions = ACTIONS.filter((name) => written[name] !== undefined);
    if (actions.length !== 1) {
      const message = `expected exactly one of ${ACTIONS.join(', ')}`;
      context.addIssue({ code: 'custom', message });
    }
    if (typeof written.fault === 'string') return;
    for (const key of Object.keys(written)) {
      if (key in EVENT_KEYS) continue;
      const known = Object.keys(EVENT_KEYS);
      context.addIssue({
        code: 'unrecognized_keys',
        keys: [key],
        input: written,
        params: { known },
      });
    }
  });
const EVENT_KEYS: Readonly<Record<string, true>> = Object.fromEntries(
  ['at', 'id', 'meter', 'for', 'bus', 'down', ...ACTIONS].map((key) => [key, true]),
);

const expectation = z
  .strictObject({
    id: faultId,
    source: words.optional(),
    cause: words.optional(),
    state: state.default('confirmed'),
    at_most: state.optional(),
    after: moment.optional(),
    within: duration.optional(),
    by: moment.optional(),
    not_before: moment.optional(),
    stays: z.boolean().default(false),
    clears: z
      .strictObject({
        after: moment.optional(),
        within: duration.optional(),
        by: moment.optional(),
      })
      .optional(),
  })
  .refine(({ within, by }) => (within === undefined) !== (by === undefined), {
    error: 'expected either within or by: when it has to be raised at the latest',
  });

/** Fault patterns: `ct_reversed`, `balance_residual/unknown`, `ct_reversed confirmed`, `x at main/pv`. */
const pattern = z.union([
  z.string().transform((text, context) => {
    const found = parsePattern(text);
    if (found !== null) return found;
    context.addIssue({ code: 'custom', message: `expected *, or an id of a fault: ${text}` });
    return z.NEVER;
  }),
  z
    .strictObject({
      id: faultId.optional(),
      source: words.optional(),
      cause: words.optional(),
      state: state.optional(),
      at_most: state.optional(),
      from: moment.optional(),
      to: moment.optional(),
    })
    .transform((written): Pattern => written),
]);

/** What a fault may look like; what is left out may be anything. */
export interface Pattern {
  id?: string | undefined;
  source?: string[] | undefined;
  cause?: string[] | undefined;
  state?: 'suspected' | 'confirmed' | undefined;
  at_most?: 'suspected' | 'confirmed' | undefined;
  from?: z.output<typeof moment> | undefined;
  to?: z.output<typeof moment> | undefined;
}

function parsePattern(text: string): Pattern | null {
  const [, name = '', cause, source, written] =
    /^([\w*]+)(?:\/(\w+))?(?:\s+(?:at|@)\s*([\w/-]+))?(?:\s+(suspected|confirmed))?$/.exec(
      text.trim(),
    ) ?? [];
  if (name !== '*' && !FAULT_IDS.some((id) => id === name)) return null;
  return {
    ...(name !== '*' && { id: name }),
    ...(cause !== undefined && { cause: [cause] }),
    ...(source !== undefined && { source: [source] }),
    ...(written !== undefined && { state: written as 'suspected' | 'confirmed' }),
  };
}

const patterns = z.union([pattern.transform((one) => [one]), z.array(pattern)]).default([]);

export const VARIANTS = ['noise', 'skew', 'restart'] as const;
export type Variant = (typeof VARIANTS)[number];

export const scenarioSchema = z.strictObject({
  name: z.string().min(1),
  why: z.string().optional(),
  start: localTime.default(Date.UTC(2026, 5, 21, 12)),
  duration,
  place,
  climate: z.enum(CLIMATES).optional(),
  home: piece.default({}),
  site: piece.default({}),
  wired: piece.default({}),
  profiles: z.array(piece).default([]),
  answers_as: z.record(z.string(), z.string()).default({}),
  wrong: z.array(piece).default([]),
  events: z.array(event).default([]),
  expect: z.array(expectation).default([]),
  never: patterns,
  allow: patterns,
  others: z.enum(['never', 'suspected', 'allowed']).default('never'),
  variants: z
    .strictObject({
      only: z.array(z.enum(VARIANTS)).optional(),
      restart_at: moment.optional(),
    })
    .default({}),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioEvent = Scenario['events'][number];
export type Expectation = Scenario['expect'][number];
