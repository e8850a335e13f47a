/** Decides how faults are grouped and ordered, what of them is told, and for how long that they are over. */
import type { Fault, FaultId } from '../../nodes/health/faults.ts';
import { faultText } from './fault-words.ts';
import { type Reader, sinceText } from './format.ts';

export const FAULT_GROUPS = ['wiring', 'meter', 'scaling', 'other'] as const;
export type FaultGroup = (typeof FAULT_GROUPS)[number];

const GROUP_OF: Partial<Record<FaultId, FaultGroup>> = {
  voltage_missing: 'wiring',
  ct_unplugged: 'wiring',
  ct_reversed: 'wiring',
  ct_phase_mismatch: 'wiring',
  voltage_reference_swapped: 'wiring',
  meter_not_responding: 'meter',
  bus_errors: 'meter',
  data_stale: 'meter',
  poll_drift: 'meter',
  scaling_failure: 'scaling',
  ct_ratio_suspect: 'scaling',
  balance_residual: 'scaling',
};
/** So many faults find room in the height of the graph. */
const BESIDE_A_GRAPH = 2;
/** Who looks up from what they mended still reads that it helped. */
const OVER_FOR_MS = 600_000;
const WORST_FIRST: Fault['severity'][] = ['fault', 'warning', 'info'];

export interface FaultsView {
  state: 'waiting' | 'well' | 'attention';
  headline: string;
  detail: string;
  groups: { id: FaultGroup; title: string; faults: FaultView[] }[];
  /** What was looked at and found well, while there is nothing to say against it: every group is. */
  checked: { id: FaultGroup; title: string }[];
  /** What has ended while the page looked on, latest first. */
  over: { key: string; time: string; message: string }[];
  /** More than stands beside a graph. */
  long: boolean;
}

export interface FaultView {
  key: string;
  severity: Fault['severity'];
  isSuspected: boolean;
  /** Somebody has seen it. */
  isSeen: boolean;
  /** "Warning", "Warning, suspected" */
  severityText: string;
  message: string;
  advice: TextPart[];
  /** Where and since when, and who has seen it. */
  facts: string[];
}

export interface TextPart {
  text: string;
  /** A command, a file or a key: to be typed as it stands. */
  code: boolean;
}

/** A fault that is not in the list any more. */
export interface Ended {
  fault: Fault;
  atMs: number;
}

export interface FaultReport {
  /** The active faults; undefined where no report has come yet. */
  faults: readonly Fault[] | null | undefined;
  over?: readonly Ended[];
  /** The line to the appliance is lost: what was well may no longer be. */
  lost: boolean;
  nowMs: number;
}

/** The active faults as groups. */
export function viewFaults(report: FaultReport, reader: Reader): FaultsView {
  const { faults, over = [], lost, nowMs } = report;
  const { say } = reader;
  const active = faults?.filter((fault) => !fault.cleared_at);
  const blank = { detail: '', groups: [], checked: [], over: [], long: false };
  const waiting = (key: string): FaultsView => ({ ...blank, state: 'waiting', headline: say(key) });
  if (!active) return waiting('faults.waiting');
  const ended = viewEnded(over, nowMs, reader);
  if (active.length === 0) {
    if (lost) return waiting('faults.lost');
    return {
      ...blank,
      state: 'well',
      headline: say('faults.well'),
      detail: say('faults.well_detail'),
      checked: FAULT_GROUPS.map((id) => ({ id, title: say(`faults.group.${id}`) })),
      over: ended,
    };
  }
  return {
    ...blank,
    state: 'attention',
    headline: say('faults.count', { count: active.length }),
    detail: lost ? say('faults.lost_detail') : '',
    groups: groupsOf(active, nowMs, reader),
    over: ended,
    long: active.length > BESIDE_A_GRAPH,
  };
}

/** What has ended until now: `known` and what `before` had and `now` has not, latest first. */
export function endedSince(
  known: readonly Ended[],
  { before, now, nowMs }: { before: readonly Fault[]; now: readonly Fault[]; nowMs: number },
): Ended[] {
  const active = new Set(now.filter(({ cleared_at }) => !cleared_at).map(keyOf));
  const gone = before.map((fault) => ({ fault, atMs: nowMs }));
  return [...gone, ...known].filter(
    ({ fault, atMs }, index, all) =>
      !active.has(keyOf(fault)) &&
      nowMs - atMs < OVER_FOR_MS &&
      all.findIndex((other) => keyOf(other.fault) === keyOf(fault)) === index,
  );
}

function groupsOf(active: readonly Fault[], nowMs: number, reader: Reader) {
  return FAULT_GROUPS.flatMap((id) => {
    const members = active.filter((fault) => (GROUP_OF[fault.id] ?? 'other') === id);
    if (members.length === 0) return [];
    const faults = members.toSorted(byUrgency).map((fault) => viewFault(fault, nowMs, reader));
    return [{ id, title: reader.say(`faults.group.${id}`), faults }];
  });
}

function viewEnded(over: readonly Ended[], nowMs: number, reader: Reader): FaultsView['over'] {
  return over
    .filter(({ atMs }) => nowMs - atMs < OVER_FOR_MS)
    .map(({ fault, atMs }) => ({
      key: keyOf(fault),
      time: reader.say('faults.over', { time: sinceText(atMs, nowMs, reader) }),
      message: faultText('message', fault, reader.sayFault),
    }));
}

function viewFault(fault: Fault, nowMs: number, reader: Reader): FaultView {
  const { say } = reader;
  const severity = say(`faults.severity.${fault.severity}`);
  const facts = [];
  if (fault.source !== 'site') facts.push(say('faults.source', { source: fault.source }));
  const since = Date.parse(fault.since);
  if (Number.isFinite(since)) {
    facts.push(say('faults.since', { time: sinceText(since, nowMs, reader) }));
  }
  if (fault.acknowledged) {
    const { by, until } = fault.acknowledged;
    const time = sinceText(Date.parse(until), nowMs, reader);
    facts.push(say('faults.acknowledged', { by, time }));
  }
  const isSuspected = fault.state === 'suspected';
  return {
    key: keyOf(fault),
    severity: fault.severity,
    isSuspected,
    isSeen: fault.acknowledged !== undefined,
    severityText: isSuspected ? `${severity}, ${say('faults.suspected')}` : severity,
    message: faultText('message', fault, reader.sayFault),
    advice: partsOf(faultText('advice', fault, reader.sayFault)),
    facts,
  };
}

function keyOf({ id, source }: Fault): string {
  return `${id} ${source}`;
}

/** Backticks in a text stand round what is to be typed, as they do in the terminal. */
function partsOf(text: string): TextPart[] {
  return text
    .split('`')
    .map((part, index) => ({ text: part, code: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}

function byUrgency(a: Fault, b: Fault): number {
  return (
    Number(a.acknowledged !== undefined) - Number(b.acknowledged !== undefined) ||
    WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity) ||
    a.since.localeCompare(b.since)
  );
}
