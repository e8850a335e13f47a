/** A rule with one hypothesis, about the site's balance: what all of those do alike. */
import { type Case, Cases } from './cases.ts';
import type { Rule, Surroundings, Verdict } from './rule.ts';
import type { SiteSecond } from './second.ts';

export const SITE = 'site';

export interface SiteCase extends Case {
  take(second: SiteSecond, surroundings: Surroundings): Verdict;
  /** What its claim is about beside its verdict: the cause or the source, where that can change. */
  readonly about?: string;
}

/** @param make  a new case, which knows nothing yet */
export function siteRule(name: string, make: () => SiteCase): Rule {
  let cases = new Cases(make);
  let about: string | undefined;
  return {
    name,
    take(second, surroundings) {
      const only = cases.of(SITE);
      cases.settle(only, only.take(second, surroundings));
      if (only.about === about) return;
      about = only.about;
      cases.renew();
    },
    found: () => cases.found(),
    hypotheses: () => cases.hypotheses(),
    save: () => cases.save(),
    restore: (saved) => cases.restore(saved, (source) => source === SITE),
    // Whichever channel it was, the balance it took part in is another one now.
    forget() {
      cases = new Cases(make);
    },
  };
}
