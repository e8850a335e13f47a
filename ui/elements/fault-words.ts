/**
 * Decides in which words a fault stands on the page: in the reader's, where it says no more than the
 * shipped texts do; else in those it came with.
 */
import { textOf } from '../../nodes/health/book/texts.ts';
import type { Fault } from '../../nodes/health/faults.ts';
import type { Say } from '../../nodes/site/text.ts';
import { LANGUAGES, speak } from '../strings/strings.ts';

type Part = 'message' | 'advice';

/**
 * A fault comes worded in the language of the site. A text that no shipped language would have said
 * is its own (what is wrong in a file), or of another release, and nobody here can translate it.
 */
export function faultText(part: Part, fault: Fault, sayFault: Say): string {
  const isShipped = Object.keys(LANGUAGES).some(
    (language) => textOf(speak(language, 'faults'), part, fault) === fault[part],
  );
  return isShipped ? textOf(sayFault, part, fault) : fault[part];
}
