/** What can be asked over the control socket. */
import { z } from 'zod';
import { systemClock } from '../nodes/site/clock.ts';
import type { Site } from '../nodes/site/config.ts';
import { SolthriveError } from '../nodes/site/errors.ts';
import type { ControlRoutes } from './control.ts';
import type { FlowDesk } from './flow-desk.ts';

const restoreSchema = z.object({ unit: z.string() });

export function controlRoutes(site: Site, desk: FlowDesk): ControlRoutes {
  const started = systemClock.mono();
  return {
    'GET /status': () => ({
      version: site.version,
      pid: process.pid,
      uptime_s: Math.floor((systemClock.mono() - started) / 1000),
      run: site.paths.run,
      url: `http://127.0.0.1:${site.config.http.port}`,
    }),
    'GET /flows': () => ({ units: desk.units() }),
    'POST /flows/restore': async (body) => {
      const asked = restoreSchema.safeParse(body);
      if (!asked.success) throw new SolthriveError('body_invalid', { what: '{ unit }' });
      return { units: await desk.restore(asked.data.unit) };
    },
  };
}
