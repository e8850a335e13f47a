/** Decides how faults are grouped, ordered and worded. Messages and advice come worded with the fault. */
import type { Fault, FaultId } from '../../nodes/health/faults.ts';
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
/** A tick is a promise: only groups whose faults are really looked for get one. */
const WATCHED: readonly FaultGroup[] = ['meter', 'other'];
/** So many faults find room in the height of the graph. */
const BESIDE_A_GRAPH = 2;
const WORST_FIRST: Fault['severity'][] = ['fault', 'warning', 'info'];

export interface FaultsView {
  state: 'waiting' | 'well' | 'attention';
  headline: string;
  detail: string;
  groups: { id: FaultGroup; title: string; faults: FaultView[] }[];
  /** What was looked at and found well, while there is nothing to say against it. */
  checked: { id: FaultGroup; title: string }[];
  /** More than stands beside a graph. */
  long: boolean;
}

export interface FaultView {
  key: string;
  severity: Fault['severity'];
  /** "Warning", "Fault, suspected" */
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

export interface FaultReport {
  /** The active faults; undefined where no report has come yet. */
  faults: readonly Fault[] | null | undefined;
  /** The line to the appliance is lost: what was well may no longer be. */
  lost: boolean;
  nowMs: number;
}

/** The active faults as groups. */
export function viewFaults({ faults, lost, nowMs }: FaultReport, reader: Reader): FaultsView {
  const { say } = reader;
  const active = faults?.filter((fault) => !fault.cleared_at);
  const nothing = { detail: '', groups: [], checked: [], long: false };
  if (!active) return { state: 'waiting', headline: say('faults.waiting'), ...nothing };
  if (active.length === 0) {
    if (lost) return { state: 'waiting', headline: say('faults.lost'), ...nothing };
    const checked = WATCHED.map((id) => ({ id, title: say(`faults.group.${id}`) }));
    const detail = say('faults.well_detail');
    return { ...nothing, state: 'well', headline: say('faults.well'), detail, checked };
  }
  const groups = FAULT_GROUPS.flatMap((id) => {
    const members = active.filter((fault) => (GROUP_OF[fault.id] ?? 'other') === id);
    if (members.length === 0) return [];
    const views = members.toSorted(byUrgency).map((fault) => viewFault(fault, nowMs, reader));
    return [{ id, title: say(`faults.group.${id}`), faults: views }];
  });
  const count = active.length;
  const headline = say('faults.count', { count });
  const detail = lost ? say('faults.lost_detail') : '';
  const long = count > BESIDE_A_GRAPH;
  return { ...nothing, state: 'attention', headline, detail, groups, long };
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
  if (fault.acknowledged) facts.push(say('faults.acknowledged', { by: fault.acknowledged.by }));
  return {
    key: `${fault.id} ${fault.source}`,
    severity: fault.severity,
    severityText:
      fault.state === 'suspected' ? `${severity}, ${say('faults.suspected')}` : severity,
    message: fault.message,
    advice: partsOf(fault.advice),
    facts,
  };
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
    WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity) ||
    a.since.localeCompare(b.since)
  );
}
