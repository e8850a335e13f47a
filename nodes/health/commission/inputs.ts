/** The inputs of a site's meters, each by its name, and what flows through them at one second. */
import type { Role } from '../../meter/reading.ts';
import type { ChannelSecond, SiteSecond } from '../doctor/second.ts';

export interface Input {
  /** `main/mains l1`; `main/mains` where the source tells of no phases. */
  name: string;
  /** `<meter>/<channel>` */
  channel: string;
  role: Role;
  phase: string | null;
}

export interface Flow {
  watts: number;
  /** Reactive, var; null where it is not measured. */
  vars: number | null;
}

export function inputsOf(second: Pick<SiteSecond, 'channels'>): Input[] {
  return second.channels.flatMap(({ id, role, phases }): Input[] => {
    if (phases.length === 0) return [{ name: id, channel: id, role, phase: null }];
    return phases.map(({ phase }) => ({ name: `${id} ${phase}`, channel: id, role, phase }));
  });
}

/** By the name of the input; what is not known now is left out. */
export function flowsOf(second: Pick<SiteSecond, 'channels'>): Map<string, Flow> {
  const flows = new Map<string, Flow>();
  for (const channel of second.channels) addFlows(flows, channel);
  return flows;
}

function addFlows(flows: Map<string, Flow>, { id, powerW, phases }: ChannelSecond): void {
  if (phases.length === 0 && powerW !== null) flows.set(id, { watts: powerW, vars: null });
  for (const { phase, power_w: watts, reactive_var: vars } of phases) {
    if (watts !== null) flows.set(`${id} ${phase}`, { watts, vars: vars ?? null });
  }
}

/** 0 for none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper;
}
