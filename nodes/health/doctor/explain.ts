/**
 * The doctor's report in sentences: what each hypothesis claims, the numbers for and against it, and
 * what holds it back. The page and the command line say the same.
 */
import type { Say } from '../../site/words.ts';
import type { DoctorReport, Weighed } from './doctor.ts';
import type { Argument, Verdict } from './rule.ts';

export interface Explained extends Pick<Weighed, 'id' | 'source' | 'cause' | 'phases' | 'verdict'> {
  /** What would be wrong. */
  title: string;
  /** How sure that is. */
  standing: string;
  for: string[];
  against: string[];
  /** Why nothing is said of it all the same; left out where nothing holds it back. */
  held_back?: string;
  /** Set where all that was seen speaks for it, and it is not enough yet to say so. */
  open?: true;
}

export interface Explanation {
  ts: string;
  daylight: string;
  /** Confirmed first, then suspected, then those that nothing points to. */
  hypotheses: Explained[];
}

const ORDER: readonly Verdict[] = ['confirmed', 'suspected', 'quiet'];

/** @param say  the texts of `locales/<language>/doctor.json` */
export function explain({ ts, daylight, hypotheses }: DoctorReport, say: Say): Explanation {
  return {
    ts,
    daylight: say(`daylight.${daylight}`),
    hypotheses: hypotheses
      .map((each) => explainOne(each, say))
      .sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict)),
  };
}

function explainOne(weighed: Weighed, say: Say): Explained {
  const { id, source, cause, phases, verdict, held_back_by: above } = weighed;
  const isOpen = verdict === 'quiet' && isOneSided(weighed);
  const sentences = (supports: boolean) =>
    weighed.arguments
      .filter((argument) => argument.supports === supports)
      .map((argument) => sentenceOf(argument, say));
  return {
    id,
    source,
    ...(cause === undefined ? {} : { cause }),
    ...(phases === undefined ? {} : { phases }),
    verdict,
    title: titleOf(say, id, cause),
    standing: say(isOpen ? 'verdict.open' : `verdict.${verdict}`),
    for: sentences(true),
    against: sentences(false),
    ...(isOpen && { open: true as const }),
    ...(above && {
      held_back: say('held_back', { names: above.map((name) => titleOf(say, name)).join('; ') }),
    }),
  };
}

/** Whether something speaks for it, and nothing against it. */
function isOneSided({ arguments: seen }: Weighed): boolean {
  return seen.length > 0 && seen.every(({ supports }) => supports);
}

/** An argument that has words of its own for speaking against goes by `<key>.against`. */
function sentenceOf({ key, supports, params }: Argument, say: Say): string {
  const side = `${key}.${supports ? 'for' : 'against'}`;
  const text = say(side, params);
  return text === side ? say(key, params) : text;
}

/** Of the cause where it has one of its own; an id without any names itself. */
function titleOf(say: Say, id: string, cause?: string): string {
  const keys = [...(cause === undefined ? [] : [`title.${id}.${cause}`]), `title.${id}.any`];
  for (const key of keys) {
    const text = say(key);
    if (text !== key) return text;
  }
  return id;
}
