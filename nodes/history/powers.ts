/** The powers of a day for a curve: means of five minutes; of 15, where the minutes are gone. */

import type { MinuteRecord } from '../journal/minute.ts';
import type { Bounds } from '../rollup/calendar.ts';
import type { Powers } from '../rollup/records.ts';
import { PowerSum } from '../rollup/sums/power-sum.ts';
import { type Row, rowsOf } from './rows.ts';
import type { Source } from './source.ts';
import type { HistoryView } from './view.ts';

const STEP_S = 300;
const STEP_MS = STEP_S * 1_000;

type Curve = NonNullable<HistoryView['powers']>;

/** One value each five minutes from the start to the end, null where nothing was measured. */
export async function powersOf(
  source: Source,
  { startMs, endMs }: Bounds,
  nowMs: number,
): Promise<Curve> {
  const wanted = { fromMs: startMs, toMs: endMs, nowMs };
  const steps = new Map<number, PowerSum>();
  const add = ({ told, startMs: rowMs }: Row, width: number) => {
    if (!told.power?.home && !told.power?.solar && !told.power?.grid) return;
    const first = Math.floor((rowMs - startMs) / STEP_MS);
    for (let step = first; step < first + width; step += 1) {
      const sum = steps.get(step) ?? new PowerSum();
      sum.add(told.power as MinuteRecord['power'] & Powers, told);
      steps.set(step, sum);
    }
  };
  for await (const rows of rowsOf('1m', source, wanted)) for (const row of rows) add(row, 1);
  if (steps.size === 0) {
    for await (const rows of rowsOf('15m', source, wanted)) for (const row of rows) add(row, 3);
  }
  const length = Math.ceil((endMs - startMs) / STEP_MS);
  const stats = Array.from({ length }, (_, step) => steps.get(step)?.stats());
  const means = (key: 'solar' | 'home' | 'grid') =>
    stats.map((powers) => powers?.[key]?.[0] ?? null);
  return { step_s: STEP_S, solar: means('solar'), home: means('home'), grid: means('grid') };
}
