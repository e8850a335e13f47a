/**
 * A home that lives by a script: what `home-script.ts` describes, at any instant, decided by the site,
 * the script and the time alone. Refuses to know meters and registers.
 */
import type { Home, SiteFacts } from './home.ts';
import { createHome } from './home.ts';
import type { HomeScript } from './home-script.ts';

/** The home of `site` that `script` describes. */
export function createScriptedHome(site: SiteFacts, script: HomeScript): Home {
  return createHome(site, { seed: script.seed });
}
