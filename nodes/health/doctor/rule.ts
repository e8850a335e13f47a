/**
 * What a rule of the doctor is. A rule watches seconds and keeps evidence for and against some
 * hypotheses; the doctor asks the rules in the order of exclusion and decides which may speak.
 */
import type { SiteConfig } from '../../site/schema.ts';
import type { FaultId } from '../faults.ts';
import type { ChannelSecond, SiteSecond } from './second.ts';

export type Verdict = 'quiet' | 'suspected' | 'confirmed';

/** One number for or against, said by the text `doctor.<key>` with its params. */
export interface Argument {
  key: string;
  /** Whether it speaks for the hypothesis. */
  supports: boolean;
  params: Record<string, number>;
}

export interface Hypothesis {
  id: FaultId;
  /** `<meter>/<channel>`, `<meter>` or `site`. */
  source: string;
  cause?: string;
  verdict: Verdict;
  /** Numbers for the fault's texts. */
  evidence: Record<string, number>;
  arguments: Argument[];
  /** Inputs of the meter it speaks of; left out: all of its source. A row of phases blocks only these. */
  phases?: string[];
}

/** What a rule may know beside the second itself. */
export interface Surroundings {
  /**
   * True where a row above has found something for that channel (and phase, where one is given):
   * its samples mean nothing then, neither for nor against.
   */
  blocked(channel: ChannelSecond, phase?: string): boolean;
}

export interface Rule {
  /** Under which its evidence is saved. */
  readonly name: string;
  take(second: SiteSecond, surroundings: Surroundings): void;
  /** Every hypothesis with any evidence, also the quiet ones: the doctor explains itself with them. */
  hypotheses(): Hypothesis[];
  /** Evidence as JSON, to go on from after a restart. */
  save(): unknown;
  /** Takes back what `save` gave, as far as it still fits; anything else is ignored. */
  restore(saved: unknown): void;
  /** Forgets a channel: its configuration, profile or meter's serial number has changed. */
  forget(channel: string): void;
}

/** What a rule is made from. Rules are listed, in the order of exclusion, in `rules.ts`. */
export interface RuleContext {
  config: SiteConfig;
}
