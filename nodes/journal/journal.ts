/** Node-RED adapter of the journal: snapshots in; minutes, once on disk, and how disk and clock are out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type Clock, systemClock } from '../site/clock.ts';
import { systemTime, type TimeMachine } from '../site/clock-trust.ts';
import { within } from '../site/closing.ts';
import type { Site } from '../site/config.ts';
import { asError } from '../site/errors.ts';
import { type NodeState, statusOf } from '../site/status.ts';
import { Filing } from './filing.ts';
import type { MinuteRecord } from './minute.ts';
import { MinuteBuilder } from './minute-builder.ts';
import { type Entry, MinuteStore } from './minute-store.ts';
import { acceptPast } from './past.ts';
import { asSecond } from './second.ts';

interface JournalDef extends NodeDef {
  site: string;
}

type Incoming = { topic?: unknown; payload?: unknown; measured?: unknown };

export default function (
  RED: NodeAPI,
  clock: Clock = systemClock,
  timeOf: (run: string) => TimeMachine = systemTime,
): void {
  /** A minute under way outlives a deploy of the journal alone. */
  const builders = new Map<string, MinuteBuilder>();
  /** And so does what the disk has refused so far. */
  const unwritten = new Map<string, Entry[]>();

  RED.nodes.registerType('solthrive-journal', function (this: Node, def: JournalDef) {
    RED.nodes.createNode(this, def);
    const show = (state: NodeState) =>
      this.status(statusOf(state, RED._(`solthrive-journal.status.${state}`)));
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return show('faulty');

    const { hash, paths } = holder.site;
    const key = `${this.id} ${hash} ${paths.records}`;
    const builder = builders.get(key) ?? new MinuteBuilder(hash);
    const past = new Set<MinuteRecord>();
    const store = new MinuteStore({
      records: paths.records,
      clock,
      waiting: unwritten.get(key) ?? [],
      onWritten: (records) => {
        const seeds = records.filter((record) => past.delete(record));
        if (seeds.length > 0) this.send([{ topic: 'minute/past', payload: seeds }, null]);
        for (const payload of records.filter((record) => !seeds.includes(record))) {
          this.send([{ topic: 'minute', payload }, null]);
        }
      },
      onState: (state) => {
        show(state.ok ? 'live' : 'disconnected');
        this.send([null, { topic: 'storage', payload: state }]);
      },
    });
    const filing = new Filing({
      records: paths.records,
      clock,
      machine: timeOf(paths.run),
      store,
      onClock: (payload) => this.send([null, { topic: 'clock', payload }]),
    });
    show('idle');

    const takePast = async (payload: unknown) => {
      const records = await acceptPast(paths.records, payload);
      for (const record of records) past.add(record);
      await filing.takePast(records);
    };
    const take = async ({ topic, payload, measured }: Incoming) => {
      if (topic === 'minute/past') return takePast(payload);
      if (topic !== 'snapshot') return;
      const second = asSecond(payload, measured);
      filing.second(Date.parse(second.snapshot.ts));
      const minutes = builder.take(second.snapshot, second.measured);
      if (minutes.length > 0) await filing.take(minutes);
    };

    this.on('input', (msg, _send, done) => {
      take(msg as Incoming).then(
        () => done(),
        (thrown) => done(asError(thrown)),
      );
    });

    this.on('close', (removed: boolean, done: () => void) => {
      if (removed) builders.delete(key);
      else builders.set(key, builder);
      const open = builder.cut();
      const closed = filing.take(open ? [open] : []).then(() => store.close());
      const kept = closed.then((left) => unwritten.set(key, left));
      void within(clock, kept).finally(done);
    });
  });
}
