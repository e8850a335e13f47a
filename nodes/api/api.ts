/** Node-RED adapter of the API node: keeps the last of each kind of message, answers HTTP from it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Snapshot } from '../balance/snapshot.ts';
import type { DoctorReport } from '../health/doctor/doctor.ts';
import type { HealthReport } from '../health/report.ts';
import { acquireReader } from '../history/reader.ts';
import { type Clock, systemClock } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import type { Site } from '../site/config.ts';
import { asError } from '../site/errors.ts';
import { payloadAs } from '../site/payload.ts';
import { statusOf } from '../site/status.ts';
import { requestOf } from './request.ts';
import { answer } from './routes.ts';
import { send } from './send.ts';
import { ApiState } from './state.ts';

interface ApiDef extends NodeDef {
  site: string;
}

export default function (RED: NodeAPI, clock: Clock = systemClock): void {
  let serving: ApiState | null = null;

  const reply = async (request: IncomingMessage, response: ServerResponse, path: string) => {
    const asked = requestOf(request, response, path);
    await send(response, await answer(asked, serving), { head: asked.method === 'HEAD', clock });
  };

  // Once for the life of the program: a route cannot be taken out of express again.
  RED.httpNode.use('/api', (request, response) => {
    const path = request.path === '/' ? '' : request.path;
    reply(request, response, path).catch(() => response.destroy());
  });

  RED.nodes.registerType('solthrive-api', function (this: Node, def: ApiDef) {
    RED.nodes.createNode(this, def);
    const show = (state: 'faulty' | 'idle' | 'live', key: string) =>
      this.status(statusOf(state, RED._(`solthrive-api.status.${key}`)));
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return void show('faulty', 'site_missing');
    if (serving !== null) return void show('faulty', 'second');

    const reader = acquireReader(holder.site, { clock });
    const state = new ApiState({ clock, site: holder.site, reader });
    serving = state;
    show('idle', 'waiting');

    this.on('input', (msg, _send, done) => {
      try {
        if (msg.topic === 'snapshot') {
          if (!state.hasSnapshot) show('live', 'serving');
          state.noteSnapshot(payloadAs<Snapshot>('snapshot', 'sources', msg.payload));
        } else if (msg.topic === 'health') {
          state.noteHealth(payloadAs<HealthReport>('health', 'system', msg.payload));
        } else if (msg.topic === 'doctor') {
          state.noteDoctor(payloadAs<DoctorReport>('doctor', 'hypotheses', msg.payload));
        }
        done();
      } catch (thrown) {
        done(asError(thrown));
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      serving = null;
      void within(clock, reader.release()).finally(done);
    });
  });
}
