/** What can be asked over the control socket. */
import { z } from 'zod';
import { type ClockDesk, clockReport, confirmClock } from '../nodes/journal/clock-desk.ts';
import { spool } from '../nodes/rollup/archive/spool.ts';
import { JOB_NAMES } from '../nodes/rollup/job-names.ts';
import { officeOf } from '../nodes/rollup/office.ts';
import { systemClock } from '../nodes/site/clock.ts';
import { systemTime } from '../nodes/site/clock-trust.ts';
import type { Site } from '../nodes/site/config.ts';
import { SolthriveError } from '../nodes/site/errors.ts';
import type { ControlRoutes } from './control.ts';
import { inLines } from './control-lines.ts';
import type { FlowDesk } from './flow-desk.ts';
import { healthRoutes } from './health-routes.ts';

/**
 * What is done to the records as a whole goes to the one thread that writes them.
 * @throws SolthriveError `records_idle` where no flow keeps them
 */
function recordRoutes({ records }: Site['paths']): ControlRoutes {
  const run = (job: string, params: unknown) => {
    const office = officeOf(records);
    if (!office) throw new SolthriveError('records_idle');
    return inLines((progress) => office.run(job, params, progress));
  };
  const routes = JOB_NAMES.map((job) => [
    `POST /records/${job}`,
    (params: unknown) => run(job, params),
  ]);
  return Object.fromEntries(routes) as ControlRoutes;
}

const confirmSchema = z.object({ ahead: z.boolean() });

export function clockRoutes(desk: ClockDesk): ControlRoutes {
  return {
    'GET /clock': () => clockReport(desk),
    'POST /clock/confirm': (body) => {
      const asked = confirmSchema.safeParse(body);
      if (!asked.success) throw new SolthriveError('body_invalid', { what: '{ ahead }' });
      return confirmClock(desk, asked.data.ahead);
    },
  };
}

const restoreSchema = z.object({ unit: z.string() });

export function controlRoutes(site: Site, desk: FlowDesk): ControlRoutes {
  const started = systemClock.mono();
  return {
    ...recordRoutes(site.paths),
    ...healthRoutes(site.paths.data),
    ...clockRoutes({ paths: site.paths, clock: systemClock, machine: systemTime(site.paths.run) }),
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
    // The control socket hands the bytes of a PUT on as they come.
    'PUT /spool': async (bytes) => ({
      spooled: await spool(site.paths.data, bytes as AsyncIterable<Buffer>),
    }),
  };
}
