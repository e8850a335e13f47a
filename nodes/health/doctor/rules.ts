/** The rules of the doctor, in the order of exclusion (ct-doctor rules, section 4). */
import type { SiteConfig } from '../../site/schema.ts';
import { CloudEdges } from './edges.ts';
import { exchanged } from './exchanged.ts';
import { exchangedLegs } from './exchanged-legs.ts';
import { homeNegative } from './home-negative.ts';
import { lineSide } from './line-side.ts';
import { phaseMismatch } from './phase-mismatch.ts';
import { ratioSuspect } from './ratio.ts';
import { referenceSwapped } from './reference-swapped.ts';
import { reversedGrid } from './reversed-grid.ts';
import { reversedLeg } from './reversed-leg.ts';
import { reversedLoad } from './reversed-load.ts';
import { reversedSolar } from './reversed-solar.ts';
import type { Rule, RuleContext } from './rule.ts';
import { unplugged } from './unplugged.ts';
import { UtilityLooks } from './utility-looks.ts';
import { voltageMissing } from './voltage-missing.ts';

type Row = (context: RuleContext) => Rule;

/** Rows 4 to 7: what they find keeps samples out of the cloud edges. */
const ABOVE_EDGES: Row[] = [
  voltageMissing,
  referenceSwapped,
  unplugged,
  phaseMismatch,
  exchangedLegs,
];
/** From row 8 on they argue with the edges too. */
const BELOW_EDGES: Row[] = [
  reversedLeg,
  reversedSolar,
  reversedLoad,
  reversedGrid,
  exchanged,
  lineSide,
];
/** What rows 4 to 9 find keeps time out of the looks at the utility's meter. */
const BELOW_LOOKS: Row[] = [ratioSuspect, homeNegative];

export interface RulesOptions {
  config: SiteConfig;
  /** Left out where nobody brings looks. */
  utility?: UtilityLooks;
}

export function rulesOf({ config, utility = new UtilityLooks(config) }: RulesOptions): Rule[] {
  const edges = new CloudEdges();
  const context: RuleContext = { config, edges, utility };
  return [
    ...ABOVE_EDGES.map((make) => make(context)),
    edges,
    ...BELOW_EDGES.map((make) => make(context)),
    utility,
    ...BELOW_LOOKS.map((make) => make(context)),
  ];
}
