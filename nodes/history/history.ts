/** Node-RED adapter of the history: minutes in, the last 24 hours out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { asMinute, readMinutes } from '../journal/minutes.ts';
import { type Clock, systemClock } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import type { Site } from '../site/config.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import { type NodeState, statusOf } from '../site/status.ts';
import { DaySeries } from './series.ts';

interface HistoryDef extends NodeDef {
  site: string;
}

const DAY_MS = 24 * 3_600_000;

export default function (RED: NodeAPI, clock: Clock = systemClock): void {
  RED.nodes.registerType('solthrive-history', function (this: Node, def: HistoryDef) {
    RED.nodes.createNode(this, def);
    const show = (state: NodeState) =>
      this.status(statusOf(state, RED._(`solthrive-history.status.${state}`)));
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return show('faulty');

    const { config, paths } = holder.site;
    const series = new DaySeries(config.site.timezone);
    const say = () => this.send({ topic: 'history/day', payload: series.last24h(clock.now()) });
    const load = async () => {
      const nowMs = clock.now();
      const stretch = { fromMs: nowMs - DAY_MS, toMs: nowMs };
      const { minutes, bad } = await readMinutes(paths.records, stretch);
      for (const minute of minutes) series.take(minute);
      if (bad > 0) this.warn(RED._('solthrive-history.bad_lines', { n: bad }));
    };
    show('connecting');
    let closed = false;
    const loaded = load()
      .catch((thrown) => this.error(asError(thrown)))
      .then(() => {
        if (closed) return;
        show('live');
        say();
      });

    this.on('input', (msg, _send, done) => {
      const take = () => {
        for (const minute of parse(msg.topic, msg.payload)) series.take(minute);
        say();
        done();
      };
      // What comes while the files are read is newer than they are.
      loaded.then(take).catch((thrown) => done(asError(thrown)));
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      void within(clock, loaded).finally(done);
    });
  });
}

function parse(topic: unknown, payload: unknown) {
  if (topic !== 'minute' && topic !== 'minute/past') return [];
  const list = Array.isArray(payload) ? payload : [payload];
  return list.map((value) => {
    const minute = asMinute(value);
    if (minute) return minute;
    throw new SolthriveError('message_invalid', { kind: 'minute', what: 'not a minute record' });
  });
}
