/** Which sources the home's numbers cannot do without, and how old the newest of their values are. */
import type { SiteConfig } from './schema.ts';

type Role = SiteConfig['meters'][number]['channels'][number]['role'];

/** The roles without which there is no balance. */
export const REQUIRED_ROLES: readonly Role[] = ['grid', 'solar', 'battery'];

/** Values older than this are not live, and a second that is older is not the home's state, ms. */
export const STALE_AFTER_MS = 5_000;

/** Ids of the meters with a channel of the balance; where there is none, all meters. */
export function requiredSources({ meters }: Pick<SiteConfig, 'meters'>): ReadonlySet<string> {
  const ofBalance = meters.filter(({ channels }) =>
    channels.some(({ role }) => REQUIRED_ROLES.includes(role)),
  );
  return new Set((ofBalance.length > 0 ? ofBalance : meters).map(({ id }) => id));
}

/** Age in ms of the newest measured values of the required sources; null before any. */
export function newestAgeMs(
  sources: Readonly<Record<string, { age_ms: number | null }>>,
  required: ReadonlySet<string>,
): number | null {
  let newest: number | null = null;
  for (const id of required) {
    const age = sources[id]?.age_ms ?? null;
    if (age !== null && (newest === null || age < newest)) newest = age;
  }
  return newest;
}
