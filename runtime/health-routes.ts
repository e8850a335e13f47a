/** What can be asked of a site's health over the control socket: its faults, what the doctor thinks, and the site as it is lived. */
import { z } from 'zod';
import { type HealthDesk, healthDeskOf } from '../nodes/health/desk.ts';
import { FAULT_IDS } from '../nodes/health/faults.ts';
import { SolthriveError } from '../nodes/site/errors.ts';
import type { ControlRoutes } from './control.ts';

const acknowledgeSchema = z.object({
  id: z.enum(FAULT_IDS),
  source: z.string(),
  by: z.string().min(1).max(100),
  until: z.string(),
});

const MOST_LIVE_S = 600;
const liveSchema = z.object({ seconds: z.number().positive().max(MOST_LIVE_S) });

/** @param data  the data folder; the routes throw `health_idle` where no flow watches over it */
export function healthRoutes(data: string): ControlRoutes {
  const desk = (): HealthDesk => {
    const open = healthDeskOf(data);
    if (!open) throw new SolthriveError('health_idle');
    return open;
  };
  return {
    'GET /faults': () => ({ faults: desk().faults() }),
    'POST /faults/acknowledge': (body) => {
      const asked = acknowledgeSchema.safeParse(body);
      if (!asked.success)
        throw new SolthriveError('body_invalid', { what: 'id, source, by, until' });
      return { fault: desk().acknowledge(asked.data) };
    },
    'GET /doctor': () => desk().doctor(),
    'POST /utility': () => ({ looks: desk().utility() }),
    'POST /live': (body) => {
      const asked = liveSchema.safeParse(body);
      if (!asked.success) throw new SolthriveError('body_invalid', { what: '{ seconds }' });
      return desk().seconds(asked.data.seconds * 1_000);
    },
  };
}
