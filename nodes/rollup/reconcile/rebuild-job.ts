/** Makes everything above the minute anew from the finest records there are. */
import type { Job } from '../jobs.ts';
import { reconcile } from './reconcile.ts';

/** What was not what it should be, and is now. */
export interface Rebuilt {
  /** How many 15-minute records changed. */
  quarters: number;
  /** Local dates. */
  days: string[];
  /** `2026-11` */
  months: string[];
}

export const rebuild: Job = async (context): Promise<Rebuilt> => {
  const { quarters, changed, changedMonths } = await reconcile(context);
  return {
    quarters: new Set(quarters).size,
    days: changed.map(({ date }) => date),
    months: changedMonths.map(({ month }) => month),
  };
};
