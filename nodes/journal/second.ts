/** The border of the journal: one second of the home as the balance tells it, or nothing at all. */
import type { Measured } from '../balance/measured.ts';
import type { Snapshot } from '../balance/snapshot.ts';
import { SolthriveError, sayWhat } from '../site/errors.ts';
import { payloadAs } from '../site/payload.ts';

export interface Second {
  snapshot: Snapshot;
  measured: Measured;
}

const NUMBERS = ['covered_s', 'estimated_s', 'recovered_s'] as const;
const OBJECTS = ['energy', 'channels', 'ledger'] as const;

/**
 * A minute is the sum of its seconds: one that cannot be added would spoil it, or all that follow.
 * @throws SolthriveError `message_invalid` naming what is missing
 */
export function asSecond(payload: unknown, measured: unknown): Second {
  const snapshot = payloadAs<Snapshot>('snapshot', 'energy', payload);
  if (Number.isNaN(Date.parse(snapshot.ts)) || typeof snapshot.ts !== 'string') throw wrong('ts');
  if (!isObject(snapshot.channels)) throw wrong('channels');
  if (!isObject(measured)) throw wrong('measured');
  for (const key of NUMBERS) if (!Number.isFinite(measured[key])) throw wrong(`measured.${key}`);
  for (const key of OBJECTS) if (!isObject(measured[key])) throw wrong(`measured.${key}`);
  const { recovered = null, events = [] } = measured;
  if (recovered !== null && !isRecovered(recovered)) throw wrong('measured.recovered');
  if (!Array.isArray(events)) throw wrong('measured.events');
  return { snapshot, measured: { ...measured, recovered, events } as unknown as Measured };
}

function isRecovered(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.energy) || !isObject(value.channels)) return false;
  return Number.isFinite(value.fromMs) && Number.isFinite(value.toMs);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function wrong(name: string): SolthriveError {
  const what = sayWhat('missing', { name });
  return new SolthriveError('message_invalid', { kind: 'snapshot', what });
}
