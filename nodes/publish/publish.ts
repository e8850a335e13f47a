/** Node-RED adapter of the publish node: snapshots, faults and health in, MQTT out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Snapshot } from '../balance/snapshot.ts';
import type { Fault } from '../health/faults.ts';
import type { HealthReport } from '../health/report.ts';
import { systemClock } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import { Complaints } from '../site/complaints.ts';
import type { Site } from '../site/config.ts';
import { SolthriveError, withHint } from '../site/errors.ts';
import { payloadAs } from '../site/payload.ts';
import { type NodeState, statusOf } from '../site/status.ts';
import { brokerOf, clientIdOf } from './broker.ts';
import { dial } from './link.ts';
import { Publisher } from './publisher.ts';

interface PublishDef extends NodeDef {
  site: string;
}

export default function (RED: NodeAPI): void {
  let publishing = false;

  RED.nodes.registerType('solthrive-publish', function (this: Node, def: PublishDef) {
    RED.nodes.createNode(this, def);
    const show = (state: NodeState, key: string) =>
      this.status(statusOf(state, RED._(`solthrive-publish.status.${key}`)));
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return void show('faulty', 'site_missing');
    const { config, paths } = holder.site;
    const { enabled, url, topic } = config.mqtt;
    if (!enabled) return void show('idle', 'off');
    if (publishing) return void show('faulty', 'second');
    publishing = true;

    const broker = brokerOf(url);
    const complaints = new Complaints();
    const changed = (isUp: boolean, reason: Error | null) => {
      show(isUp ? 'live' : 'disconnected', isUp ? 'connected' : 'lost');
      const what = reasonOf(reason) || RED._('solthrive-publish.ended');
      const lost = new SolthriveError('broker_lost', { broker: broker.url, what });
      if (!complaints.isNews('broker', isUp ? '' : lost.message)) return;
      if (isUp) this.log(RED._('solthrive-publish.connected', { broker: broker.url }));
      else this.warn(withHint(lost).message);
    };
    show('connecting', 'connecting');
    const publisher = new Publisher({
      broker,
      clientId: clientIdOf(paths.data, topic),
      topic,
      clock: systemClock,
      dial,
      changed,
    });

    this.on('input', (msg, _send, done) => {
      const { topic: kind, payload } = msg;
      try {
        if (kind === 'snapshot') publisher.snapshot(payloadAs<Snapshot>(kind, 'sources', payload));
        if (kind === 'fault') publisher.fault(payloadAs<Fault>(kind, 'source', payload));
        if (kind === 'health') publisher.health(payloadAs<HealthReport>(kind, 'faults', payload));
        done();
      } catch (thrown) {
        const error = withHint(thrown);
        done(complaints.isNews(String(kind), error.message) ? error : undefined);
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      void within(systemClock, publisher.close()).then(() => {
        publishing = false;
        done();
      });
    });
  });
}

/** Where several addresses were tried in vain, the system has only a code for all of them. */
function reasonOf(reason: (Error & { code?: string | number }) | null): string {
  return reason?.message || String(reason?.code ?? '');
}
