/** The small parts that several sections of the configuration are made of. */
import { z } from 'zod';
import { isHostName } from './hosts.ts';

export const id = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9_-]*$/i, 'id');

export const hostName = z.string().refine(isHostName, 'host_name');

export const tcpPort = z.number().int().min(1).max(65_535);

/** `+01:00` and the like are understood by Node.js but know no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
