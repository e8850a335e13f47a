/**
 * Sees the past under the wiring and the prices of now: shows what that would change, does it, and
 * takes it back. What decides is written first and in one step; the records follow from it, at the
 * latest at the next start.
 */
import { z } from 'zod';
import { isoTime } from '../../site/clock.ts';
import { SolthriveError } from '../../site/errors.ts';
import { keepConfig } from '../../site/last-good.ts';
import { isDate } from '../calendar.ts';
import type { Job, JobContext } from '../jobs.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import {
  addCorrection,
  type Correction,
  readCorrections,
  removeCorrection,
} from './corrections.ts';
import { type Plan, type Preview, planRecompute } from './recompute.ts';

const date = z.string().refine(isDate);

const askedSchema = z.union([
  z.strictObject({ list: z.literal(true) }),
  z.strictObject({ undo: z.string() }),
  z
    .strictObject({
      from: date,
      to: date.optional(),
      channels: z.boolean(),
      tariff: z.boolean(),
      apply: z.boolean(),
    })
    .refine(({ from, to = from }) => from <= to, 'from is after to'),
]);

/** What was recomputed before, and can be taken back. */
export interface Made {
  id: string;
  made_at: string;
  from: string;
  to: string;
  /** Short hash of the configuration that was applied; null where only prices were. */
  config: string | null;
  prices: boolean;
}

/** `id` is what takes it back; null where it was only looked at, or nothing was to be done. */
export type Recomputed = Preview & { id: string | null };

export interface Undone {
  undone: Made;
  /** How many days changed. */
  days: number;
}

export const recompute: Job = async (context, params) => {
  const asked = askedSchema.safeParse(params);
  if (!asked.success) {
    throw new SolthriveError('body_invalid', { what: z.prettifyError(asked.error) });
  }
  if ('list' in asked.data) return { made: readCorrections(context.records).map(madeOf) };
  if ('undo' in asked.data) return undo(context, asked.data.undo);
  const { apply, ...request } = asked.data;
  const plan = await planRecompute(context, request);
  const id = apply ? await carryOut(context, plan) : null;
  return { ...plan.preview, id } satisfies Recomputed;
};

async function carryOut(context: JobContext, plan: Plan): Promise<string | null> {
  const { config, prices } = plan;
  if (!config && !prices) return null;
  const { records, data, clock } = context;
  if (config) keepConfig(data, config.hash, config.recorded);
  const { id } = addCorrection(records, {
    made_at: isoTime(clock.now()),
    from: isoTime(plan.fromMs),
    to: isoTime(plan.toMs),
    config: config?.hash ?? null,
    ...(prices && { prices }),
  });
  await reconcile(context);
  return id;
}

async function undo(context: JobContext, id: string): Promise<Undone> {
  const undone = removeCorrection(context.records, id);
  const { changed } = await reconcile(context);
  return { undone: madeOf(undone), days: changed.length };
}

function madeOf({ id, made_at, from, to, config, prices }: Correction): Made {
  return { id, made_at, from, to, config, prices: prices !== undefined };
}
