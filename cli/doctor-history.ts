/** Corrects the past of a channel that was turned round, and takes that back. */
import { z } from 'zod';
import type { CommandContext } from './command.ts';
import { previewSchema, showPreview } from './recompute-view.ts';
import { configHashOf, runJob } from './records.ts';

/**
 * @param from  the first day, a date of the site
 * @returns the id of the correction; null where nothing was corrected (nothing to do, not yet, or not
 *   without --apply), and the person knows why
 */
export async function correctPast(
  context: CommandContext,
  from: string,
  channel: string,
): Promise<string | null> {
  const { out, say } = context;
  const run = async (apply: boolean) => {
    const params = { from, channels: true, tariff: false, apply };
    return previewSchema.parse(await runJob(context, 'recompute', params));
  };
  const preview = await run(false);
  // The service would apply what it runs with: the sign from before.
  if (preview.config !== configHashOf(context)) {
    out.paragraph(out.paint('yellow', say('doctor.history_later', { channel, from })));
    return null;
  }
  const made = context.options.apply === true ? await run(true) : preview;
  showPreview(context, made);
  return made.id;
}

const listSchema = z.object({ made: z.array(z.object({ id: z.string() })) });

/** Takes a correction back, unless somebody has done so already. */
export async function takePastBack(context: CommandContext, id: string): Promise<void> {
  const { made } = listSchema.parse(await runJob(context, 'recompute', { list: true }));
  if (!made.some((correction) => correction.id === id)) return;
  await runJob(context, 'recompute', { undo: id });
}
