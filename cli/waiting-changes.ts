/** Which changes of the files wait for the service that runs to be started again, and how that is said. */
import { changedSinceStart } from '../nodes/site/changed.ts';
import type { Site } from '../nodes/site/config.ts';
import type { WordParams } from '../nodes/site/words.ts';
import { askService } from './control.ts';

/** Settings that are named before it is enough to count them. */
const MOST_NAMED = 5;

/** Params of the text; null where nothing waits, or no service runs that could have missed it. */
export async function waitingChanges(site: Site): Promise<WordParams | null> {
  // While there are mistakes, nothing of the files would be taken up.
  const changed = site.problems.length === 0 ? changedSinceStart(site.paths) : [];
  if (changed.length === 0 || !(await isRunning(site))) return null;
  const { length: count } = changed;
  const more = count > MOST_NAMED ? ['…'] : [];
  return { count, paths: [...changed.slice(0, MOST_NAMED), ...more].join(', ') };
}

async function isRunning({ paths }: Site): Promise<boolean> {
  try {
    await askService(paths.run, { method: 'GET', path: '/status' });
    return true;
  } catch {
    return false;
  }
}
