/** Faults as the command line asks for them and shows them. */
import { z } from 'zod';
import { SolthriveError } from '../nodes/site/errors.ts';
import type { CommandContext } from './command.ts';
import { askForLines, isNotRunning, type Question } from './control.ts';
import { formatMoment } from './moments.ts';
import type { Colour } from './output.ts';

export const faultSchema = z.looseObject({
  id: z.string(),
  source: z.string(),
  cause: z.string().optional(),
  severity: z.enum(['info', 'warning', 'fault']),
  state: z.enum(['suspected', 'confirmed']),
  since: z.string(),
  cleared_at: z.string().optional(),
  acknowledged: z.object({ by: z.string(), until: z.string() }).optional(),
  message: z.string(),
  advice: z.string(),
});
export type ShownFault = z.output<typeof faultSchema>;

const COLOURS: Record<ShownFault['severity'], Colour> = {
  info: 'dim',
  warning: 'yellow',
  fault: 'red',
};

/**
 * One question to the running service.
 * @throws SolthriveError `not_running`; Refusal; the system's errors
 */
export async function askRunning({ paths }: CommandContext, question: Question): Promise<unknown> {
  try {
    for await (const answer of askForLines(paths.run, question)) return answer;
    throw new Error(`${question.path}: no answer`);
  } catch (thrown) {
    throw isNotRunning(thrown) ? new SolthriveError('not_running', { folder: paths.run }) : thrown;
  }
}

/** The active faults, oldest first. */
export async function activeFaults(context: CommandContext): Promise<ShownFault[]> {
  const answer = await askRunning(context, { method: 'GET', path: '/faults' });
  return z.object({ faults: z.array(faultSchema) }).parse(answer).faults;
}

export function showFault({ out, say }: CommandContext, fault: ShownFault, zone: string): void {
  const { id, cause, source, severity, state, since, acknowledged, message, advice } = fault;
  const name = out.paint(COLOURS[severity], cause === undefined ? id : `${id} (${cause})`);
  const when = say(`faults.state.${state}`, { time: formatMoment(since, zone) });
  out.line(`${name}  ${out.paint('bold', source)}  ${when}`);
  out.paragraph(message, 2);
  out.paragraph(advice, 2);
  if (acknowledged) {
    const { by, until } = acknowledged;
    out.paragraph(say('faults.acknowledged', { by, until: formatMoment(until, zone) }), 2);
  }
  out.line();
}
