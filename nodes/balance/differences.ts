/** Finds what a source sends otherwise than meter.yaml declares it. The configuration wins. */
import type { Reading } from '../meter/reading.ts';
import type { MeterConfig } from '../site/schema.ts';

/** A warning by its key, with what it has to be filled with. */
export interface Difference {
  /** `<meter>/<channel>` */
  channel: string;
  key: 'channel_unknown' | 'role_differs';
  params: Record<string, string>;
}

export function differencesOf(
  { meter, channels }: Reading,
  meters: readonly MeterConfig[],
): Difference[] {
  const declared = meters.find(({ id }) => id === meter)?.channels ?? [];
  return Object.entries(channels).flatMap(([id, { role }]): Difference[] => {
    const channel = `${meter}/${id}`;
    const own = declared.find((candidate) => candidate.id === id);
    if (own?.role === role) return [];
    if (own) return [{ channel, key: 'role_differs', params: { channel, role, own: own.role } }];
    const known = declared.map((candidate) => candidate.id).join(', ');
    return [{ channel, key: 'channel_unknown', params: { channel, known } }];
  });
}
