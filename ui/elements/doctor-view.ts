/** Decides how the doctor's report is laid out: by channel, what looks wrong before what looks well. */
import type { DoctorReport } from '../../nodes/health/doctor/doctor.ts';
import { type Explained, explain } from '../../nodes/health/doctor/explain.ts';
import { type Reader, sinceText } from './format.ts';

/**
 * `held` looks wrong, but something else has to be mended before anybody can tell; of what is `open`
 * too little was seen.
 */
export type Tone = 'confirmed' | 'suspected' | 'held' | 'open' | 'quiet';

export interface DoctorView {
  state: 'waiting' | 'well' | 'attention';
  headline: string;
  /** Whether it is day, and as of when; empty before the first report. */
  details: string[];
  channels: ChannelView[];
}

export interface ChannelView {
  source: string;
  title: string;
  loud: HypothesisView[];
  quiet: HypothesisView[];
  /** How many are quiet, in words. */
  quietTitle: string;
}

export interface HypothesisView {
  key: string;
  tone: Tone;
  title: string;
  /** "confirmed", "suspected, held back" */
  standing: string;
  /** The inputs of the meter it speaks of; empty for all of them. */
  inputs: string;
  for: string[];
  against: string[];
  heldBack: string;
}

const WORST_FIRST: readonly Tone[] = ['confirmed', 'suspected', 'held', 'open', 'quiet'];

export interface DoctorState {
  /** Undefined until one came. */
  report: DoctorReport | null | undefined;
  /** The line to the appliance is lost. */
  lost: boolean;
  nowMs: number;
}

export function viewDoctor({ report, lost, nowMs }: DoctorState, reader: Reader): DoctorView {
  const { say } = reader;
  if (!report) {
    return { state: 'waiting', headline: say('doctor.waiting'), details: [], channels: [] };
  }
  const { daylight, hypotheses } = explain(report, reader.sayDoctor);
  const all = hypotheses.map(toneOf);
  const tones = all.filter(isLoud);
  const count = tones.length;
  const isOpen = all.includes('open');
  const claim = tones.includes('confirmed') ? 'doctor.count' : 'doctor.maybe';
  const time = sinceText(Date.parse(report.ts), nowMs, reader);
  const details = [daylight, say('doctor.as_of', { time })];
  if (lost) details.push(say('doctor.lost'));
  if (hypotheses.length === 0) details.push(say('doctor.empty'));
  return {
    state: count > 0 ? 'attention' : lost || isOpen || all.length === 0 ? 'waiting' : 'well',
    headline: count > 0 ? say(claim, { count }) : say(isOpen ? 'doctor.open' : 'doctor.well'),
    details,
    channels: channelsOf(hypotheses, reader),
  };
}

function channelsOf(hypotheses: readonly Explained[], reader: Reader): ChannelView[] {
  const sources = Map.groupBy(hypotheses, ({ source }) => source);
  const channels = [...sources].map(([source, own]) => {
    const views = own.map((each) => viewHypothesis(each, reader)).toSorted(byTone);
    const quiet = views.filter(({ tone }) => tone === 'quiet');
    return {
      source,
      title: source === 'site' ? reader.say('doctor.whole_site') : source,
      loud: views.filter(({ tone }) => tone !== 'quiet'),
      quiet,
      quietTitle: reader.say('doctor.quiet', { count: quiet.length }),
    };
  });
  const worst = ({ loud }: ChannelView) => WORST_FIRST.indexOf(loud[0]?.tone ?? 'quiet');
  return channels.toSorted((a, b) => worst(a) - worst(b) || a.title.localeCompare(b.title));
}

function viewHypothesis(each: Explained, { locale, say }: Reader): HypothesisView {
  const { id, source, cause, phases = [], standing, held_back: heldBack = '' } = each;
  const tone = toneOf(each);
  const list = new Intl.ListFormat(locale).format(phases.map((phase) => phase.toUpperCase()));
  return {
    key: [id, source, cause, ...phases].join(' '),
    tone,
    title: each.title,
    standing: tone === 'held' ? `${standing}, ${say('doctor.held_back')}` : standing,
    inputs: phases.length === 0 ? '' : say('doctor.inputs', { list, count: phases.length }),
    for: each.for,
    against: each.against,
    heldBack,
  };
}

function toneOf({ verdict, held_back, open }: Explained): Tone {
  if (open) return 'open';
  return verdict !== 'quiet' && held_back !== undefined ? 'held' : verdict;
}

/** Whether it is said as a fault. */
function isLoud(tone: Tone): boolean {
  return tone === 'confirmed' || tone === 'suspected';
}

function byTone(a: HypothesisView, b: HypothesisView): number {
  return WORST_FIRST.indexOf(a.tone) - WORST_FIRST.indexOf(b.tone);
}
