/** Node-RED adapter of the rollup: minutes in; how the day and the month go, and the storage's state out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MinuteRecord } from '../journal/minute.ts';
import { asMinute } from '../journal/minutes.ts';
import { type Clock, systemClock } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import type { Site } from '../site/config.ts';
import { asError, SolthriveError, sayWhat, withHint } from '../site/errors.ts';
import { type NodeState, statusOf } from '../site/status.ts';
import { openOffice } from './office.ts';

interface RollupDef extends NodeDef {
  site: string;
}

export default function (RED: NodeAPI, clock: Clock = systemClock): void {
  RED.nodes.registerType('solthrive-rollup', function (this: Node, def: RollupDef) {
    RED.nodes.createNode(this, def);
    const show = (state: NodeState) =>
      this.status(statusOf(state, RED._(`solthrive-rollup.status.${state}`)));
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return show('faulty');

    show('connecting');
    const office = openOffice(holder.site, {
      clock,
      onNews: (news) => {
        for (const message of news) this.send([message, null]);
      },
      onStorage: (state) => {
        show(state.ok ? 'live' : 'disconnected');
        this.send([null, { topic: 'storage', payload: state }]);
      },
      onFailed: (error) => this.error(withHint(error)),
    });

    this.on('input', (msg, _send, done) => {
      try {
        const minutes = parse(msg.topic, msg.payload);
        if (minutes.length > 0) office.take(minutes);
        done();
      } catch (thrown) {
        done(asError(thrown));
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      void within(clock, office.close()).finally(done);
    });
  });
}

function parse(topic: unknown, payload: unknown): MinuteRecord[] {
  if (topic !== 'minute' && topic !== 'minute/past') return [];
  const list = Array.isArray(payload) ? payload : [payload];
  return list.map((value) => {
    const minute = asMinute(value);
    if (minute) return minute;
    throw new SolthriveError('message_invalid', {
      kind: 'minute',
      what: sayWhat('message.no_minute'),
    });
  });
}
