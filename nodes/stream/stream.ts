/** Node-RED adapter of the stream node: snapshots and faults in, `/ws` out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Snapshot } from '../balance/snapshot.ts';
import type { Fault } from '../health/faults.ts';
import { systemClock } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import type { Site } from '../site/config.ts';
import { asError } from '../site/errors.ts';
import { machineHosts } from '../site/hosts.ts';
import { payloadAs } from '../site/payload.ts';
import { statusOf } from '../site/status.ts';
import { Clients } from './clients.ts';
import { Memory } from './memory.ts';
import { StreamServer } from './stream-server.ts';

interface StreamDef extends NodeDef {
  site: string;
}

export default function (RED: NodeAPI): void {
  let serving = false;

  RED.nodes.registerType('solthrive-stream', function (this: Node, def: StreamDef) {
    RED.nodes.createNode(this, def);
    const say = (key: string, params = {}) => RED._(`solthrive-stream.status.${key}`, params);
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return void this.status(statusOf('faulty', say('site_missing')));
    if (serving) return void this.status(statusOf('faulty', say('second')));
    serving = true;

    const site = holder.site;
    const { http } = site.config;
    const memory = new Memory(site, systemClock);
    const clients = new Clients({ clock: systemClock, heartbeat: () => memory.heartbeat() });
    const showClients = () => {
      const n = clients.count;
      this.status(statusOf(n > 0 ? 'live' : 'idle', say(n > 0 ? 'clients' : 'nobody', { n })));
    };
    const stream = new StreamServer({
      server: RED.server,
      clients,
      ownHosts: () => machineHosts(http.allowed_hosts),
      maxPerAddress: http.max_connections_per_address,
      hello: () => memory.hello(),
      changed: showClients,
    });
    showClients();

    this.on('input', (msg, _send, done) => {
      try {
        if (msg.topic === 'snapshot') {
          const snapshot = payloadAs<Snapshot>('snapshot', 'sources', msg.payload);
          memory.noteSnapshot(snapshot);
          clients.snapshot(snapshot);
        } else if (msg.topic === 'fault') {
          const fault = payloadAs<Fault>('fault', 'id', msg.payload);
          if (memory.noteFault(fault)) clients.fault(fault);
        }
        done();
      } catch (thrown) {
        done(asError(thrown));
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      const closed = stream.close().catch((thrown) => this.warn(asError(thrown).message));
      void within(systemClock, closed).finally(() => {
        serving = false;
        done();
      });
    });
  });
}
