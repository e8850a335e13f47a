/** Node-RED adapter of the health node: messages in, faults and the health report out. */
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { systemClock, type Timer } from '../site/clock.ts';
import type { Site } from '../site/config.ts';
import { asError } from '../site/errors.ts';
import { statusOf } from '../site/status.ts';
import { loadWords } from '../site/words.ts';
import { type Fault, FaultBook } from './faults.ts';
import { Host, machine } from './host.ts';
import { parseIncoming } from './incoming.ts';
import { SiteWatch, TICK_MS } from './site-watch.ts';

const REPORT_MS = 5_000;
const LOOK_MS = 30_000;

interface HealthDef extends NodeDef {
  site: string;
}

export default function (RED: NodeAPI): void {
  /** Active faults outlive a deploy: they began when they began. */
  let carried: Fault[] = [];

  RED.nodes.registerType('solthrive-health', function (this: Node, def: HealthDef) {
    RED.nodes.createNode(this, def);
    const say = (key: string, params = {}) => RED._(`solthrive-health.status.${key}`, params);
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    if (!holder?.site) {
      this.status(statusOf('faulty', say('site_missing')));
      return;
    }
    const site = holder.site;
    const words = loadWords(import.meta.url, 'faults', site.config.site.language);
    const host = new Host(machine, systemClock, site.paths.records);
    let changed = true;
    const sendFault = (fault: Fault) => this.send([faultMessage(fault), null]);
    const announce = (fault: Fault) => {
      changed = true;
      sendFault(fault);
    };
    const book = new FaultBook({ clock: systemClock, say: words, announce, carried });
    const quarantined = countQuarantined(RED.settings);
    const watch = new SiteWatch({ clock: systemClock, site, book, host, quarantined });

    let reportedMs = Number.NEGATIVE_INFINITY;
    let lookedMs = systemClock.mono();
    let shown = '';
    let timer: Timer;

    const report = () => {
      const payload = watch.report();
      changed = false;
      reportedMs = systemClock.mono();
      this.send([null, { topic: 'health', payload }]);
      const count = payload.faults.length;
      const badge = count === 0 ? 'good' : count === 1 ? 'one' : 'many';
      if (shown === `${badge} ${count}`) return;
      shown = `${badge} ${count}`;
      this.status(statusOf(count === 0 ? 'live' : 'degraded', say(badge, { n: count })));
    };
    const tick = () => {
      const waitMs = watch.tick();
      timer = systemClock.after(waitMs, tick);
      const nowMs = systemClock.mono();
      if (nowMs - lookedMs >= (host.freeBytes === null ? REPORT_MS : LOOK_MS)) {
        lookedMs = nowMs;
        void host.look();
      }
      if (changed || nowMs - reportedMs >= REPORT_MS - 500) report();
    };
    /** After a deploy those who listen may be new: they hear of every active fault once more. */
    const restate = () => {
      for (const fault of book.active()) sendFault(fault);
      report();
    };

    timer = systemClock.after(TICK_MS, tick);
    void host.look().then(() => {
      changed = true;
    });
    RED.events.on('flows:started', restate);

    this.on('input', (msg, _send, done) => {
      try {
        const incoming = parseIncoming(msg.topic, msg.payload);
        if (incoming.kind === 'reading') watch.reading(incoming.reading);
        if (incoming.kind === 'storage') watch.storage(incoming.ok);
        if (incoming.kind === 'status') watch.meterStatus(incoming.status);
        done();
      } catch (thrown) {
        done(asError(thrown));
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      timer.cancel();
      RED.events.off('flows:started', restate);
      carried = book.active();
      done();
    });
  });
}

function faultMessage(fault: Fault): NodeMessage {
  return { topic: 'fault', payload: fault };
}

/** The launcher leaves word of what the flow check set aside. */
function countQuarantined(settings: object): number {
  const { solthriveStart } = settings as { solthriveStart?: { quarantined?: unknown } };
  const quarantined = solthriveStart?.quarantined;
  return Array.isArray(quarantined) ? quarantined.length : 0;
}
