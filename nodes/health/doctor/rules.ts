/** The rules of the doctor, in the order of exclusion (ct-doctor rules, section 4). */
import type { Rule, RuleContext } from './rule.ts';

const ROWS: ((context: RuleContext) => Rule)[] = [];

export function rulesOf(context: RuleContext): Rule[] {
  return ROWS.map((make) => make(context));
}
