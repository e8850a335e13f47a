/** What can be asked over the control socket. */
import { z } from 'zod';
import { systemClock } from '../nodes/site/clock.ts';
import type { Site } from '../nodes/site/config.ts';
import { SolthriveError } from '../nodes/site/errors.ts';
import type { ControlRoutes } from './control.ts';
import type { FlowLayers } from './storage.ts';

export interface ControlParts {
  site: Site;
  layers: FlowLayers;
  /** Makes Node-RED read its flows again. */
  reload: () => Promise<unknown>;
}

const restoreSchema = z.object({ unit: z.string() });

export function controlRoutes({ site, layers, reload }: ControlParts): ControlRoutes {
  const started = systemClock.mono();
  return {
    'GET /status': () => ({
      version: site.version,
      pid: process.pid,
      uptime_s: Math.floor((systemClock.mono() - started) / 1000),
      run: site.paths.run,
      url: `http://127.0.0.1:${site.config.http.port}`,
    }),
    'GET /flows': () => ({ units: layers.units() }),
    'POST /flows/restore': async (body) => {
      const asked = restoreSchema.safeParse(body);
      if (!asked.success) throw new SolthriveError('body_invalid', { what: '{ unit }' });
      const { unit } = asked.data;
      if (!layers.restore(unit)) throw new SolthriveError('unit_unknown', { unit });
      await reload();
      return { units: layers.units() };
    },
  };
}
