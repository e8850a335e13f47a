/** Node-RED adapter of the history: minutes in, the last 24 hours out; a page's question in, its answer out. */
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { asMinute, readMinutes } from '../journal/minutes.ts';
import { type Clock, systemClock } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import type { Site } from '../site/config.ts';
import { asError, SolthriveError, sayWhat } from '../site/errors.ts';
import { payloadAs } from '../site/payload.ts';
import { type NodeState, statusOf } from '../site/status.ts';
import { acquireReader, type Reader } from './reader.ts';
import { DaySeries } from './series.ts';
import type { HistoryView, ViewFailure, ViewQuery } from './view.ts';

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
    const reader = acquireReader(holder.site, { clock });
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

    // What else the message says goes back with the answer: which page has asked, for one.
    const answer = async (msg: NodeMessageInFlow) => ({
      ...msg,
      topic: 'history/view',
      payload: await view(reader, msg.payload, clock.now()),
    });
    const take = async (msg: NodeMessageInFlow) => {
      // What comes while the files are read is newer than they are.
      await loaded;
      for (const minute of parse(msg.topic, msg.payload)) series.take(minute);
      say();
    };

    this.on('input', (msg, send, done) => {
      const isQuestion = msg.topic === 'history/query';
      const work = isQuestion ? answer(msg).then((told) => send([null, told])) : take(msg);
      work.then(
        () => done(),
        (thrown) => done(asError(thrown)),
      );
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      void within(clock, Promise.all([loaded, reader.release()])).finally(done);
    });
  });
}

/** A page has to say why there is no answer. */
async function view(
  reader: Reader,
  payload: unknown,
  nowMs: number,
): Promise<HistoryView | ViewFailure> {
  try {
    const query = payloadAs<ViewQuery>('history/query', 'span', payload);
    return (await reader.ask({ kind: 'view', query, nowMs })).head;
  } catch (thrown) {
    const what = asError(thrown).message;
    const known = thrown instanceof SolthriveError;
    return (known ? thrown : new SolthriveError('history_failed', { what }, thrown)).toBody();
  }
}

function parse(topic: unknown, payload: unknown) {
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
