/** Node-RED adapter of the health node: messages in, faults, the health report and what the doctor thinks out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import { Complaints } from '../site/complaints.ts';
import type { Site } from '../site/config.ts';
import { withHint } from '../site/errors.ts';
import { statusOf } from '../site/status.ts';
import { Care, type HealthMessage, type Kept } from './care.ts';
import { openHealthDesk } from './desk.ts';
import { Host, machine } from './host.ts';
import { parseIncoming } from './incoming.ts';
import type { SetAside } from './site-watch.ts';
import type { Program } from './watch/machine.ts';

/** Which output a message leaves by. */
const OUTPUTS: HealthMessage['topic'][] = ['fault', 'health', 'doctor'];

interface HealthDef extends NodeDef {
  site: string;
}

export default function (RED: NodeAPI): void {
  /** Active faults outlive a deploy: they began when they began. */
  let kept: Kept | null = null;

  RED.nodes.registerType('solthrive-health', function (this: Node, def: HealthDef) {
    RED.nodes.createNode(this, def);
    const say = (key: string, params = {}) => RED._(`solthrive-health.status.${key}`, params);
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) return void this.status(statusOf('faulty', say('site_missing')));

    let shown = -1;
    const showCount = (count: number) => {
      if (count === shown) return;
      shown = count;
      if (count === 0) this.status(statusOf('live', say('good')));
      else this.status(statusOf('degraded', say(count === 1 ? 'one' : 'many', { n: count })));
    };
    const { site } = holder;
    const care = new Care({
      clock: systemClock,
      site,
      host: new Host(machine, systemClock, site.paths.records),
      setAside: findSetAside(RED.settings),
      program: findProgram(RED.settings),
      kept,
      tell: (message) => {
        if (message.topic === 'health') showCount(message.payload.faults.length);
        this.send(OUTPUTS.map((topic) => (topic === message.topic ? message : null)));
      },
    });
    const closeDesk = openHealthDesk(site.paths.data, care);
    const restate = () => care.restate();
    RED.events.on('flows:started', restate);

    const complaints = new Complaints();
    this.on('input', (msg, _send, done) => {
      try {
        care.take(parseIncoming(msg.topic, msg.payload));
        done();
      } catch (thrown) {
        const error = withHint(thrown);
        done(complaints.isNews(String(msg.topic), error.message) ? error : undefined);
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      RED.events.off('flows:started', restate);
      closeDesk();
      const closed = care.close();
      kept = closed.kept;
      void within(systemClock, closed.written).then(done);
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
