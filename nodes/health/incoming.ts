/** What a message means to the health node, by its topic; anything else means nothing to it. */
import type { Snapshot } from '../balance/snapshot.ts';
import type { ClockState } from '../journal/filing.ts';
import type { MeterStatus } from '../meter/meter-status.ts';
import type { Reading } from '../meter/reading.ts';
import { SolthriveError, sayWhat } from '../site/errors.ts';
import { payloadAs } from '../site/payload.ts';
import { type Acknowledgement, FAULT_IDS, type FaultId } from './faults.ts';

/** Characters: it goes out with the fault to everybody. */
const LONGEST_NAME = 100;

export type Incoming =
  | { kind: 'reading'; reading: Reading }
  | { kind: 'status'; status: MeterStatus }
  | { kind: 'snapshot'; snapshot: Snapshot }
  | { kind: 'storage'; ok: boolean; reporter: string }
  | { kind: 'clock'; state: ClockState }
  | { kind: 'acknowledge'; given: Acknowledgement }
  | { kind: 'other' };

/** @throws SolthriveError `message_invalid` where the payload does not fit its topic */
export function parseIncoming(topic: unknown, payload: unknown): Incoming {
  const kind = typeof topic === 'string' ? topic.split('/', 1)[0] : undefined;
  switch (kind) {
    case 'reading':
      return { kind, reading: parseReading(payload) };
    case 'status':
      return { kind, status: payloadAs<MeterStatus>(kind, 'meter', payload) };
    case 'snapshot':
      return { kind, snapshot: payloadAs<Snapshot>(kind, 'channels', payload) };
    case 'storage':
      return { kind, ...parseStorage(payload) };
    case 'clock':
      return { kind, state: payloadAs<ClockState>(kind, 'trusted', payload) };
    case 'acknowledge':
      return { kind, given: parseAcknowledgement(payload) };
    default:
      return { kind: 'other' };
  }
}

/** A reading without channels, or that does not say whether it is good, is what the balance takes too. */
function parseReading(payload: unknown): Reading {
  const { meter, ok = true, channels = {} } = fields(payload);
  if (typeof meter === 'string' && typeof ok === 'boolean' && isObject(channels)) {
    return { ...(payload as Reading), ok, channels: channels as Reading['channels'] };
  }
  throw new SolthriveError('message_invalid', {
    kind: 'reading',
    what: sayWhat('message.reading'),
  });
}

/** Who says nothing of itself is the journal: it was the first to report. */
function parseStorage(payload: unknown): { ok: boolean; reporter: string } {
  const { ok, source = 'journal' } = fields(payload);
  if (typeof ok === 'boolean' && typeof source === 'string') return { ok, reporter: source };
  throw new SolthriveError('message_invalid', {
    kind: 'storage',
    what: sayWhat('missing', { name: 'ok' }),
  });
}

/** Whether there is such a fault, and the time is to come, is for the fault book to say. */
function parseAcknowledgement(payload: unknown): Acknowledgement {
  const { id, source, by, until } = fields(payload);
  const isKnown = FAULT_IDS.includes(id as FaultId) && typeof source === 'string';
  if (isKnown && isName(by) && typeof until === 'string') {
    return { id: id as FaultId, source, by, until };
  }
  throw new SolthriveError('message_invalid', {
    kind: 'acknowledge',
    what: sayWhat('message.acknowledge'),
  });
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_NAME;
}

function fields(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
