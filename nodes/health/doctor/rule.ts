/**
 * What a rule of the doctor is. A rule watches seconds and keeps evidence for and against some
 * hypotheses; the doctor asks the rules in the order of exclusion and decides which may speak.
 */
import type { SiteConfig } from '../../site/schema.ts';
import type { FaultId } from '../faults.ts';
import type { Edges } from './edges.ts';
import type { ChannelSecond, SiteSecond } from './second.ts';
import type { UtilityLooks } from './utility-looks.ts';

export type Verdict = 'quiet' | 'suspected' | 'confirmed';

/** One number for or against, said by the text `doctor.<key>` with its params. */
export interface Argument {
  key: string;
  /** Whether it speaks for the hypothesis. */
  supports: boolean;
  params: Record<string, number>;
}

/** What is thought of some wires, without the reasons. */
export interface Claim {
  id: FaultId;
  /** `<meter>/<channel>`, `<meter>` or `site`. */
  source: string;
  cause?: string;
  verdict: Verdict;
  /** Inputs of the meter it speaks of; left out: all of its source. A row of phases blocks only these. */
  phases?: string[];
}

export interface Hypothesis extends Claim {
  /** Numbers for the fault's texts. */
  evidence: Record<string, number>;
  arguments: Argument[];
}

/** What a rule may know beside the second itself. */
export interface Surroundings {
  /** The time that this second stands for, ms: since the one before, and never more than 5 s. */
  readonly passedMs: number;
  /**
   * True where a row above has found something for that channel (and phase, where one is given):
   * its samples mean nothing then, neither for nor against.
   */
  blocked(channel: ChannelSecond, phase?: string): boolean;
}

export interface Rule {
  /** Under which its evidence is saved. */
  readonly name: string;
  /** Runs each second of the site's life: it counts, and leaves all wording to `hypotheses`. */
  take(second: SiteSecond, surroundings: Surroundings): void;
  /**
   * The claims that are not quiet, asked for each second: **the same array** as long as no verdict,
   * cause or phase has changed.
   */
  found(): readonly Claim[];
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
  /** What the mains did when solar changed within seconds, as far as rows 1 to 7 let it count. */
  edges: Edges;
  /** What the utility's meter says of the grid's channels. */
  utility: UtilityLooks;
}
