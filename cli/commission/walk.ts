/**
 * Walks the installer through the proof at the panel, step by step. What a step comes to is decided in
 * nodes/health/commission; here it is asked for, shown and written down.
 */
import { type Input, inputsOf } from '../../nodes/health/commission/inputs.ts';
import { LoadProof, type LoadTarget } from '../../nodes/health/commission/load-proof.ts';
import { judgeSolarOff, SolarProof } from '../../nodes/health/commission/solar-proof.ts';
import {
  judgeMeters,
  judgePlausible,
  judgeSupply,
} from '../../nodes/health/commission/soundness.ts';
import type { Verdict } from '../../nodes/health/commission/verdict.ts';
import { isoTime, systemClock } from '../../nodes/site/clock.ts';
import type { Site } from '../../nodes/site/config.ts';
import type { Say } from '../../nodes/site/words.ts';
import type { CommandContext } from '../command.ts';
import { collectSeconds } from './live.ts';
import type { Questions } from './questions.ts';
import { latest, type Report, type StepRecord } from './report.ts';
import { compareUtility } from './utility-look.ts';
import { watch } from './watch.ts';

export interface Walk {
  context: CommandContext;
  site: Site;
  /** The words of commission.json. */
  say: Say;
  questions: Questions;
  report: Report;
  by: string;
  stop: AbortSignal;
  /** Writes the report down as it stands. */
  keep(): void;
}

/** One step as it is asked for; `inputs` are those it is about. */
export interface WalkStep {
  step: string;
  inputs: string[];
  /** Params of its texts. */
  params: Record<string, string>;
  /** Whether a person has to do something first. */
  asks: boolean;
  run(walk: Walk, answer: string): Promise<{ verdict: Verdict; inputs?: string[] } | null>;
}

/** Seconds that are looked at where nothing is switched. */
const LOOK_S = 5;
const LOAD_S = 300;
/** An inverter waits up to five minutes before it joins the grid. */
const SOLAR_S = 600;

/** @returns true when it was gone through to the end */
export async function walkThrough(walk: Walk): Promise<boolean> {
  const { report, say, context } = walk;
  const [first] = await collectSeconds(context, 1, walk.stop);
  for (const meter of report.meters) meter.serial = first?.meters[meter.id]?.serial ?? null;
  const steps = stepsOf(walk, first ? inputsOf(first) : []);
  let number = 0;
  for (const step of steps) {
    number += 1;
    if (walk.stop.aborted) return false;
    if (isSettled(report, step)) continue;
    context.out.line();
    const title = say(`step.${step.step}.title`, step.params);
    context.out.line(
      context.out.paint('bold', say('heading', { number, of: steps.length, title })),
    );
    if (!(await goThrough(walk, step))) return false;
  }
  return true;
}

function stepsOf(walk: Walk, inputs: Input[]): WalkStep[] {
  const { config } = walk.site;
  const has = (role: string) => inputs.some((input) => input.role === role);
  const look = (step: string, judge: (walk: Walk) => Promise<Verdict>, asks = false): WalkStep => ({
    step,
    inputs: [],
    params: {},
    asks,
    run: async () => ({ verdict: await judge(walk) }),
  });
  const seconds = () => collectSeconds(walk.context, LOOK_S, walk.stop);
  return [
    look('meters', async () => judgeMeters(await seconds())),
    look('supply', async () => judgeSupply(await seconds(), config)),
    look('plausible', async () => judgePlausible(await seconds(), config)),
    look('solar_off', async () => judgeSolarOff(await seconds()), true),
    ...targetsOf(inputs).map((target) => loadStep(walk, inputs, target)),
    ...(has('solar') && has('grid') ? [look('solar', () => proveSolar(walk), true)] : []),
    ...(has('grid') ? [utilityStep()] : []),
  ];
}

/** Each input of the mains by itself, every other consumer as a whole. */
function targetsOf(inputs: readonly Input[]): LoadTarget[] {
  const consumers = inputs.filter(({ role }) => role !== 'solar' && role !== 'battery');
  const targets = new Map<string, LoadTarget>();
  for (const { name, channel, role } of consumers) {
    const key = role === 'grid' ? name : channel;
    const target = targets.get(key) ?? { channel, inputs: [] };
    target.inputs.push(name);
    targets.set(key, target);
  }
  return [...targets.values()];
}

function loadStep(walk: Walk, all: readonly Input[], target: LoadTarget): WalkStep {
  const intervalMs = walk.site.config.poll.interval_ms;
  return {
    step: 'load',
    inputs: target.inputs,
    params: { input: target.inputs.length === 1 ? (target.inputs[0] ?? '') : target.channel },
    asks: true,
    async run(_, answer) {
      const whole = all.filter(({ channel }) => channel === target.channel).map(({ name }) => name);
      const inputs = answer === 'a' ? whole : target.inputs;
      const proof = new LoadProof({ inputs: all, target: { ...target, inputs }, intervalMs });
      await watch(walk, proof, { seconds: LOAD_S, step: 'load' });
      return { verdict: proof.verdict(), inputs };
    },
  };
}

async function proveSolar(walk: Walk): Promise<Verdict> {
  const { solar_position: position, poll } = walk.site.config;
  const proof = new SolarProof({ position, intervalMs: poll.interval_ms });
  await watch(walk, proof, { seconds: SOLAR_S, step: 'solar' });
  return proof.verdict();
}

function utilityStep(): WalkStep {
  return {
    step: 'utility',
    inputs: [],
    params: {},
    asks: false,
    async run(walk) {
      const verdict = await compareUtility(walk);
      return verdict && { verdict };
    },
  };
}

/** Passed, or left out for a reason; what failed or is open is asked for again. */
function isSettled(report: Report, { step, inputs }: WalkStep): boolean {
  const words =
    inputs.length === 0
      ? [latest(report, step)]
      : inputs.map((input) => latest(report, step, input));
  return words.every((word) => word?.result === 'pass' || word?.result === 'skipped');
}

/** @returns false where it is to end here */
async function goThrough(walk: Walk, step: WalkStep): Promise<boolean> {
  const { questions, say, context } = walk;
  const unknown = (text: string) => say('unknown_answer', { text });
  for (;;) {
    let answer = '';
    if (step.asks) {
      context.out.paragraph(say(`step.${step.step}.what`, step.params), 2);
      const words = step.step === 'load' ? ['', 'a'] : [''];
      const ask = say(`step.${step.step}.ask`, step.params);
      const typed = await questions.choose(ask, words, unknown);
      if (typed === null || typed === 'q') return false;
      if (/^s(\s|$)/.test(typed)) return skip(walk, step, typed.slice(1).trim());
      answer = typed;
    }
    const startedMs = systemClock.now();
    const outcome = await step.run(walk, answer);
    if (walk.stop.aborted || outcome === null) return !walk.stop.aborted && outcome !== null;
    const { verdict, inputs = step.inputs } = outcome;
    const text = say(`verdict.${verdict.reason}`, verdict.params);
    note(walk, { ...step, inputs }, startedMs, { ...verdict, text });
    show(walk, verdict.result, text);
    if (verdict.result !== 'fail') return true;
    const again = await questions.choose(say('again'), ['', 'r'], unknown);
    if (again === null || again === 'q') return false;
    if (/^s(\s|$)/.test(again)) return skip(walk, step, again.slice(1).trim());
    if (again !== 'r') return true;
  }
}

/** Nothing is left out without a word why: the report is a proof. */
async function skip(walk: Walk, step: WalkStep, given: string): Promise<boolean> {
  const { questions, say } = walk;
  let why: string | null = given;
  while (why === '') why = await questions.ask(say('why'));
  if (why === null) return false;
  const text = say('skipped', { why });
  note(walk, step, systemClock.now(), {
    result: 'skipped',
    reason: 'skipped',
    params: { why },
    text,
    measured: [],
  });
  show(walk, 'skipped', text);
  return true;
}

type Outcome =
  | (Pick<StepRecord, 'result' | 'reason' | 'text' | 'measured'> & Pick<Verdict, 'params'>)
  | StepRecord;

function note(
  walk: Walk,
  { step, inputs }: Pick<WalkStep, 'step' | 'inputs'>,
  startedMs: number,
  outcome: Outcome,
): void {
  const params = Object.fromEntries(
    Object.entries(outcome.params).map(([key, value]) => [
      key,
      typeof value === 'number' ? value : String(value),
    ]),
  );
  walk.report.steps.push({
    ...{ step, inputs, by: walk.by },
    started_at: isoTime(startedMs),
    ended_at: isoTime(systemClock.now()),
    ...{ result: outcome.result, reason: outcome.reason, params },
    ...{ text: outcome.text, measured: outcome.measured },
  });
  walk.keep();
}

const SIGNS = {
  pass: ['green', '✓'],
  fail: ['red', '✗'],
  open: ['yellow', '…'],
  skipped: ['dim', '–'],
} as const;

export function show(
  { context: { out } }: Pick<Walk, 'context'>,
  result: StepRecord['result'],
  text: string,
): void {
  const [colour, sign] = SIGNS[result];
  out.paragraph(`${out.paint(colour, sign)} ${text}`, 2, 2);
}
