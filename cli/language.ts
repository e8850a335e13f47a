/** In which language the command line speaks. */
import type { SitePaths } from '../nodes/site/config.ts';
import { configuredLanguage } from '../nodes/site/load.ts';
import type { Environment } from '../nodes/site/paths.ts';
import { FALLBACK_LANGUAGE, shippedLanguage } from '../nodes/site/words.ts';

/** What a terminal says of its language, in the order in which POSIX asks; ours before all. */
const VARIABLES = ['SOLTHRIVE_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'] as const;

/** That of the terminal, else of the site, as far as it is shipped; else English. */
export function languageFor(env: Environment, paths: SitePaths): string {
  for (const name of VARIABLES) {
    const wanted = env[name] ?? '';
    const language = wanted === '' ? undefined : shippedLanguage(wanted);
    if (language !== undefined) return language;
  }
  return configuredLanguage(paths) ?? FALLBACK_LANGUAGE;
}
