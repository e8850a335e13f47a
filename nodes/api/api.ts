/** Node-RED adapter of the API node: keeps the last of each kind of message, answers HTTP from it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Snapshot } from '../balance/snapshot.ts';
import type { HealthReport } from '../health/report.ts';
import { systemClock } from '../site/clock.ts';
import type { Site } from '../site/config.ts';
import { asError } from '../site/errors.ts';
import { payloadAs } from '../site/payload.ts';
import { requiredSources } from '../site/required.ts';
import { statusOf } from '../site/status.ts';
import { answer } from './routes.ts';
import { ApiState } from './state.ts';

interface ApiDef extends NodeDef {
  site: string;
}

export default function (RED: NodeAPI): void {
  let serving: ApiState | null = null;

  // Once for the life of the program: a route cannot be taken out of express again.
  RED.httpNode.use('/api', (request, response) => {
    const path = request.path === '/' ? '' : request.path;
    reply(request, response, path, serving);
  });

  RED.nodes.registerType('solthrive-api', function (this: Node, def: ApiDef) {
    RED.nodes.createNode(this, def);
    const show = (state: 'faulty' | 'idle' | 'live', key: string) =>
      this.status(statusOf(state, RED._(`solthrive-api.status.${key}`)));
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return void show('faulty', 'site_missing');
    if (serving !== null) return void show('faulty', 'second');

    const { config, version, simulated } = holder.site;
    const state = new ApiState({
      clock: systemClock,
      required: requiredSources(config),
      version,
      simulated: simulated !== null,
    });
    serving = state;
    show('idle', 'waiting');

    this.on('input', (msg, _send, done) => {
      try {
        if (msg.topic === 'snapshot') {
          if (!state.hasSnapshot) show('live', 'serving');
          state.noteSnapshot(payloadAs<Snapshot>('snapshot', 'sources', msg.payload));
        } else if (msg.topic === 'health') {
          state.noteHealth(payloadAs<HealthReport>('health', 'system', msg.payload));
        }
        done();
      } catch (thrown) {
        done(asError(thrown));
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      serving = null;
      done();
    });
  });
}

function reply(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  state: ApiState | null,
): void {
  const { status, headers, body } = answer({ method: request.method ?? 'GET', path }, state);
  response.removeHeader('X-Powered-By');
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
