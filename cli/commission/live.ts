/** The running site, second by second, over the control socket. */
import { z } from 'zod';
import type { LiveSecond } from '../../nodes/health/commission/live.ts';
import { SolthriveError } from '../../nodes/site/errors.ts';
import type { CommandContext } from '../command.ts';
import { askForLines, isNotRunning } from '../control.ts';

/** As much of it as is gone by here; the service that sent it is of this very release. */
const secondSchema = z.looseObject({
  ts: z.string(),
  monoMs: z.number(),
  channels: z.array(z.looseObject({ id: z.string(), phases: z.array(z.looseObject({})) })),
  meters: z.record(z.string(), z.looseObject({ answers: z.boolean() })),
});

/**
 * @param seconds  for how long, at most 600
 * @throws SolthriveError `not_running`; Refusal
 */
export async function* liveSeconds(
  { paths }: Pick<CommandContext, 'paths'>,
  seconds: number,
): AsyncGenerator<LiveSecond> {
  const question = { method: 'POST', path: '/live', body: { seconds } } as const;
  try {
    for await (const line of askForLines(paths.run, question)) {
      yield secondSchema.parse(line) as unknown as LiveSecond;
    }
  } catch (thrown) {
    throw isNotRunning(thrown) ? new SolthriveError('not_running', { folder: paths.run }) : thrown;
  }
}

/** So many of them. */
export async function collectSeconds(
  context: Pick<CommandContext, 'paths'>,
  count: number,
  stop?: AbortSignal,
): Promise<LiveSecond[]> {
  const seconds: LiveSecond[] = [];
  // Snapshots come once a second; where none come, waiting ends all the same.
  for await (const second of liveSeconds(context, 2 * count + 3)) {
    seconds.push(second);
    if (seconds.length >= count || stop?.aborted) break;
  }
  return seconds;
}
