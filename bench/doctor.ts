/** How well wrong wires and failing meters are found: the shipped tables of scenarios, and whole months. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { liveAll } from '../test/scenarios/crew.ts';
import type { Variant } from '../test/scenarios/format.ts';
import { type Score, scoreOf } from '../test/scenarios/score.ts';
import { readTable } from '../test/scenarios/table.ts';

const TABLES = join(import.meta.dirname, '../test/scenarios');

export interface Found {
  score: Score;
  /** Names of the scenarios that did not come out as expected. */
  failed: string[];
}

/** The tables, as they are or under worse conditions. */
export function findings(variants: readonly Variant[]): Promise<Found> {
  return lived(TABLES, variants);
}

export interface Months extends Found {
  /** Simulated days in which nothing was wrong. */
  days: number;
}

/** Every ordinary month, second by second: an hour of work for a machine with four cores. */
export async function ordinaryMonths(): Promise<Months> {
  const folder = join(TABLES, 'ordinary');
  const scenarios = tablesIn(folder).flatMap(readTable);
  const totalMs = scenarios.reduce((sum, { duration }) => sum + duration, 0);
  return { ...(await lived(folder, [])), days: totalMs / 86_400_000 };
}

async function lived(folder: string, variants: readonly Variant[]): Promise<Found> {
  const tasks = tablesIn(folder)
    .flatMap(readTable)
    .map(({ source }) => ({ source, variants }));
  const outcomes = await liveAll(tasks);
  const failed = outcomes.filter(({ ok }) => !ok).map(({ name }) => name);
  return { score: scoreOf(outcomes), failed };
}

function tablesIn(folder: string): string[] {
  return globSync(join(folder, '*.yaml')).sort();
}
