/** Node-RED adapter of the health node: messages in, faults and the health report out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { ClockState } from '../journal/filing.ts';
import { systemClock } from '../site/clock.ts';
import { Complaints } from '../site/complaints.ts';
import type { Site } from '../site/config.ts';
import { withHint } from '../site/errors.ts';
import { statusOf } from '../site/status.ts';
import { loadWords } from '../site/words.ts';
import { type Fault, FaultBook } from './faults.ts';
import { Host, machine } from './host.ts';
import { parseIncoming } from './incoming.ts';
import { Rounds } from './rounds.ts';
import { type SetAside, SiteWatch } from './site-watch.ts';
import type { Program } from './watch/machine.ts';

interface HealthDef extends NodeDef {
  site: string;
}

export default function (RED: NodeAPI): void {
  /** Active faults outlive a deploy: they began when they began. */
  let carried: Fault[] = [];
  let clockState: ClockState | null = null;

  RED.nodes.registerType('solthrive-health', function (this: Node, def: HealthDef) {
    RED.nodes.createNode(this, def);
    const say = (key: string, params = {}) => RED._(`solthrive-health.status.${key}`, params);
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return void this.status(statusOf('faulty', say('site_missing')));

    const site = holder.site;
    const announce = (fault: Fault) => this.send([{ topic: 'fault', payload: fault }, null]);
    const words = loadWords(import.meta.url, 'faults', site.config.site.language);
    const book = new FaultBook({ clock: systemClock, say: words, announce, carried });
    const host = new Host(machine, systemClock, site.paths.records);
    const setAside = findSetAside(RED.settings);
    const program = findProgram(RED.settings);
    const start = { setAside, clockState, program };
    const watch = new SiteWatch({ clock: systemClock, site, book, host, ...start });

    let shown = -1;
    const showCount = (count: number) => {
      if (count === shown) return;
      shown = count;
      if (count === 0) this.status(statusOf('live', say('good')));
      else this.status(statusOf('degraded', say(count === 1 ? 'one' : 'many', { n: count })));
    };
    const rounds = new Rounds({
      clock: systemClock,
      watch,
      host,
      report: (report) => {
        showCount(report.faults.length);
        this.send([null, { topic: 'health', payload: report }]);
      },
    });
    /** After a deploy those who listen may be new: they hear of every active fault once more. */
    const restate = () => {
      for (const fault of book.active()) announce(fault);
      rounds.report();
    };
    RED.events.on('flows:started', restate);

    const complaints = new Complaints();
    this.on('input', (msg, _send, done) => {
      try {
        const incoming = parseIncoming(msg.topic, msg.payload);
        if (incoming.kind === 'reading') watch.reading(incoming.reading);
        if (incoming.kind === 'status') watch.meterStatus(incoming.status);
        if (incoming.kind === 'snapshot') watch.snapshot();
        if (incoming.kind === 'storage') watch.storage(incoming.ok, incoming.reporter);
        if (incoming.kind === 'clock') watch.clockSays(incoming.state);
        rounds.reportNews();
        done();
      } catch (thrown) {
        const error = withHint(thrown);
        done(complaints.isNews(String(msg.topic), error.message) ? error : undefined);
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      rounds.stop();
      RED.events.off('flows:started', restate);
      carried = book.active();
      clockState = watch.clockState;
      done();
    });
  });
}

/** The launcher leaves word of what the flow check set aside. */
function findSetAside(settings: object): SetAside {
  const { solthriveStart: start } = settings as {
    solthriveStart?: { quarantined?: unknown; setAside?: unknown };
  };
  return { nodes: lengthOf(start?.quarantined), files: lengthOf(start?.setAside) };
}

/** It hands over what it knows of the program's life, too. */
function findProgram(settings: object): Program {
  return (settings as { solthriveLife?: Program }).solthriveLife ?? {};
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}
