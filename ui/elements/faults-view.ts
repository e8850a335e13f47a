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
const WORST_FIRST: Fault['severity'][] = ['fault', 'warning', 'info'];

export interface FaultsView {
  state: 'waiting' | 'well' | 'attention';
  headline: string;
  detail: string;
  groups: { id: FaultGroup; title: string; faults: FaultView[] }[];
}

export interface FaultView {
  key: string;
  severity: Fault['severity'];
  /** "Warning", "Fault, suspected" */
  severityText: string;
  message: string;
  advice: string;
  /** Where and since when, and who has seen it. */
  facts: string[];
}

/** The active faults as groups; `undefined` where no report has come yet. */
export function viewFaults(
  faults: readonly Fault[] | null | undefined,
  nowMs: number,
  reader: Reader,
): FaultsView {
  const { say } = reader;
  if (!faults) return { state: 'waiting', headline: say('faults.waiting'), detail: '', groups: [] };
  const active = faults.filter((fault) => !fault.cleared_at);
  if (active.length === 0) {
    const detail = say('faults.well_detail');
    return { state: 'well', headline: say('faults.well'), detail, groups: [] };
  }
  const groups = FAULT_GROUPS.flatMap((id) => {
    const members = active.filter((fault) => (GROUP_OF[fault.id] ?? 'other') === id);
    if (members.length === 0) return [];
    const views = members.toSorted(byUrgency).map((fault) => viewFault(fault, nowMs, reader));
    return [{ id, title: say(`faults.group.${id}`), faults: views }];
  });
  const count = active.length;
  const headline = say(count === 1 ? 'faults.count_one' : 'faults.count_many', { count });
  return { state: 'attention', headline, detail: '', groups };
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
    advice: fault.advice,
    facts,
  };
}

function byUrgency(a: Fault, b: Fault): number {
  return (
    WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity) ||
    a.since.localeCompare(b.since)
  );
}
