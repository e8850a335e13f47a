/** Decides what each view shows: its tag, the topics it takes, and how messages become its state. */
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import type { DoctorReport } from '../../nodes/health/doctor/doctor.ts';
import type { Fault } from '../../nodes/health/faults.ts';
import type { SystemReport } from '../../nodes/health/report.ts';
import type { HistoryView, ViewFailure } from '../../nodes/history/view.ts';
import type { DaySummary, MonthSummary } from '../../nodes/rollup/sums/summary.ts';
import type { Site } from '../../nodes/site/config.ts';
import { payloadAs } from '../../nodes/site/payload.ts';
import type { PageSite } from '../elements/site.ts';

export const VIEWS = [
  'gauges',
  'graph',
  'connection',
  'faults',
  'today',
  'history',
  'doctor',
  'system',
] as const;
export type WidgetView = (typeof VIEWS)[number];

/** What a page is sent; a page that comes later is sent the last one, except of an answer. */
export interface ViewState {
  snapshot?: Snapshot;
  /** `history/day` as it came: the widget passes it on, the graph understands it. */
  history?: { t0: string };
  /** The active faults. */
  faults?: Fault[];
  /** Today and this month, so far. */
  day?: DaySummary;
  month?: MonthSummary;
  /** What the CT doctor thinks, and how the appliance itself is. */
  report?: DoctorReport;
  system?: SystemReport;
  /** Address of the page with the doctor, and of the one that leads to it. */
  more?: string;
  back?: string;
  /** What one page asked about the past. */
  answer?: HistoryView | ViewFailure;
  /** Whose page it is, where the widget refers to a site. */
  site?: PageSite;
}

/**
 * Angular sets a property of the element by reference; nothing of a message is ever interpolated,
 * so these constants must stay free of braces.
 */
export const FORMATS: Record<WidgetView, string> = {
  gauges: element('solthrive-gauges', 'snapshot'),
  graph: element('solthrive-day-graph', 'history'),
  connection: element('solthrive-connection', 'snapshot'),
  faults: element('solthrive-faults', 'faults', 'more'),
  today: element('solthrive-today', 'day', 'month'),
  history: asking(element('solthrive-history', 'answer')),
  doctor: element('solthrive-doctor', 'report', 'back'),
  system: element('solthrive-system', 'system'),
};

function element(tag: string, ...properties: (keyof ViewState)[]): string {
  const bound = [...properties, 'site'].map((name) => `ng-prop-${name}="msg.payload.${name}"`);
  return `<${tag} ${bound.join(' ')}></${tag}>`;
}

/** What the element asks goes to the node it belongs to, and nowhere else. */
function asking(format: string): string {
  return format.replace(' ', ' ng-on-solthrive-action="send($event.detail)" ');
}

/** What pages may know of a site: nothing of its network, its meters or its paths. */
export function pageSiteOf({ config }: Site): PageSite {
  const { name, language, timezone } = config.site;
  return { name, language, timezone };
}

export function isView(value: unknown): value is WidgetView {
  return VIEWS.some((view) => view === value);
}

/**
 * The state of a view after a message; null where the topic means nothing to it.
 * @throws SolthriveError `message_invalid` where the payload does not fit its topic
 */
export function takeIn(
  view: WidgetView,
  state: ViewState,
  { topic, payload }: { topic?: unknown; payload?: unknown },
): ViewState | null {
  switch (view) {
    case 'gauges':
    case 'connection':
      if (topic !== 'snapshot') return null;
      return { snapshot: payloadAs<Snapshot>('snapshot', 'quality', payload) };
    case 'graph':
      if (topic !== 'history/day') return null;
      return { history: payloadAs<{ t0: string }>('history/day', 't0', payload) };
    case 'faults':
      if (topic === 'health') {
        return { faults: payloadAs<{ faults: Fault[] }>('health', 'faults', payload).faults };
      }
      if (topic !== 'fault') return null;
      return withFault(state, payloadAs<Fault>('fault', 'id', payload));
    case 'today':
      return withSummary(state, topic, payload);
    case 'history':
      if (topic !== 'history/view') return null;
      return { answer: answerOf(payload) };
    case 'doctor':
      if (topic !== 'doctor') return null;
      return { report: payloadAs<DoctorReport>('doctor', 'hypotheses', payload) };
    case 'system':
      if (topic !== 'health') return null;
      return { system: payloadAs<{ system: SystemReport }>('health', 'system', payload).system };
  }
}

/** One fault began, changed or ended. An end alone does not prove that nothing else is wrong. */
function withFault(state: ViewState, fault: Fault): ViewState {
  const others = state.faults?.filter(({ id, source }) => {
    return id !== fault.id || source !== fault.source;
  });
  if (!fault.cleared_at) return { faults: [...(others ?? []), fault] };
  return others ? { faults: others } : state;
}

/** Days and months that have ended are told too, when they change; they are not today's. */
function withSummary(state: ViewState, topic: unknown, payload: unknown): ViewState | null {
  if (topic === 'summary/day') {
    const day = payloadAs<DaySummary>(topic, 'date', payload);
    return day.partial ? { ...state, day } : null;
  }
  if (topic !== 'summary/month') return null;
  const month = payloadAs<MonthSummary>(topic, 'month', payload);
  return month.partial ? { ...state, month } : null;
}

function answerOf(payload: unknown): HistoryView | ViewFailure {
  const failed = (payload as Partial<ViewFailure> | null | undefined)?.error;
  if (failed) return payloadAs<ViewFailure>('history/view', 'error', payload);
  return payloadAs<HistoryView>('history/view', 'bars', payload);
}
