/** Which text says a fault: the most particular there is for its cause and its state. */
import type { Say } from '../../site/words.ts';
import type { Fault } from '../faults.ts';

type Said = Pick<Fault, 'id' | 'source' | 'cause' | 'state' | 'evidence'>;

/**
 * A suspicion has a neutral text before that of its likely cause, which would sound certain. Params
 * are `source` and all numbers of the evidence; a key where there is no text at all.
 */
export function textOf(say: Say, part: 'message' | 'advice', fault: Said): string {
  const { id, source, cause, state, evidence } = fault;
  const ofCause = cause === undefined ? [] : [`${id}.${cause}`];
  const suspected = [...ofCause, id].map((stem) => `${stem}.suspected`);
  const stems = [...(state === 'suspected' ? suspected : []), ...ofCause];
  const params = { ...evidence, source };
  for (const stem of stems) {
    const key = `${stem}.${part}`;
    const text = say(key, params);
    if (text !== key) return text;
  }
  return say(`${id}.${part}`, params);
}
