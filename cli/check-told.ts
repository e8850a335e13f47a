/** A check as it is told: its name, how it went, and why, in words. */
import type { Verdict } from '../nodes/health/commission/verdict.ts';
import { loadWords } from '../nodes/site/words.ts';
import type { CheckState } from './checks.ts';

export interface ToldCheck {
  name: string;
  title: string;
  state: CheckState;
  reason: string;
}

const say = loadWords(import.meta.url, 'checks');
const sayVerdict = loadWords(import.meta.url, 'commission');

/** What a check is called. */
export function titleOf(name: string): string {
  return say(`${name}.title`);
}

/** `key`: below `<name>` in checks.json. */
export function told(
  name: string,
  state: CheckState,
  key: string = state,
  params: Record<string, string | number> = {},
): ToldCheck {
  return { name, title: titleOf(name), state, reason: say(`${name}.${key}`, params) };
}

/** A verdict of the commissioning's own rules. */
export function toldVerdict(name: string, { result, reason, params }: Verdict): ToldCheck {
  const state = result === 'open' ? 'not_applicable' : result;
  return {
    name,
    title: titleOf(name),
    state,
    reason: sayVerdict(`verdict.${reason}`, params),
  };
}
