/** Node-RED adapter of the balance: readings and faults in, one snapshot a second out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Fault } from '../health/faults.ts';
import { type Clock, systemClock } from '../site/clock.ts';
import { systemTime } from '../site/clock-trust.ts';
import { Complaints } from '../site/complaints.ts';
import type { Site } from '../site/config.ts';
import { asError, withHint } from '../site/errors.ts';
import { payloadAs } from '../site/payload.ts';
import { type NodeState, statusOf } from '../site/status.ts';
import { differencesOf } from './differences.ts';
import type { Measured } from './measured.ts';
import { Pulse } from './pulse.ts';
import type { Snapshot } from './snapshot.ts';

interface BalanceDef extends NodeDef {
  site: string;
}

const STATES = { good: 'live', partial: 'degraded', stale: 'stale' } as const;

export default function (RED: NodeAPI, clock: Clock = systemClock): void {
  const seen = new Set<string>();

  RED.nodes.registerType('solthrive-balance', function (this: Node, def: BalanceDef) {
    RED.nodes.createNode(this, def);
    let shown: NodeState | null = null;
    const show = (state: NodeState) => {
      if (state === shown) return;
      shown = state;
      this.status(statusOf(state, RED._(`solthrive-balance.status.${state}`)));
    };
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return show('faulty');

    /** A source that sends wrongly does so with each reading. */
    const complaints = new Complaints();
    /** A counter that goes to and fro does so all day: of one event once an hour is enough. */
    const tellEvents = ({ ts }: Snapshot, events: Measured['events']) => {
      for (const { channel, event } of events) {
        if (!complaints.isNews(`${channel} ${event}`, ts.slice(0, 'YYYY-MM-DDThh'.length)))
          continue;
        this.warn(RED._(`solthrive-balance.warning.${event}`, { channel }));
      }
    };
    const pulse = new Pulse({
      site: holder.site,
      clock,
      machine: systemTime(holder.site.paths.run),
      fresh: !seen.has(this.id),
      onTick: ({ snapshot, measured }) => {
        show(stateOf(snapshot));
        tellEvents(snapshot, measured.events);
        this.send({ topic: 'snapshot', payload: snapshot, measured });
      },
    });
    seen.add(this.id);
    show('connecting');
    pulse.start().catch((thrown) => this.error(asError(thrown)));

    const { meters } = holder.site.config;
    const takeReading = (payload: unknown) => {
      for (const { channel, key, params } of differencesOf(pulse.take(payload), meters)) {
        if (!complaints.isNews(channel, `${key} ${params.role}`)) continue;
        this.warn(RED._(`solthrive-balance.warning.${key}`, params));
      }
    };
    this.on('input', (msg, _send, done) => {
      try {
        if (msg.topic === 'fault') pulse.takeFault(payloadAs<Fault>('fault', 'id', msg.payload));
        else takeReading(msg.payload);
        done();
      } catch (thrown) {
        const error = withHint(thrown);
        done(complaints.isNews(String(msg.topic), error.message) ? error : undefined);
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      pulse.stop();
      done();
    });
  });
}

function stateOf({ quality, simulated }: Snapshot): NodeState {
  return quality === 'good' && simulated ? 'simulated' : STATES[quality];
}
