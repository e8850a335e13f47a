/** Node-RED adapter of the meter node: readings and what is to be said of the polls out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { BusNode } from '../bus/bus.ts';
import { openPort } from '../bus/ports.ts';
import { acquireLine } from '../bus/registry.ts';
import { systemClock } from '../site/clock.ts';
import type { Site } from '../site/config.ts';
import { asError, withHint } from '../site/errors.ts';
import type { ModbusMeterConfig } from '../site/schema.ts';
import { statusOf } from '../site/status.ts';
import { chooseMeters, Fleet } from './fleet.ts';
import type { MeterStatus } from './meter-status.ts';
import { noticesOf, summaryOf } from './summary.ts';

interface MeterDef extends NodeDef {
  site: string;
  /** Ids separated by commas; empty for all. */
  meters: string;
  /** A bus node in place of the buses that the meters name. */
  bus: string;
}

export default function (RED: NodeAPI): void {
  /** Which node polls a meter: two would each get every other answer late. */
  const pollers = new Map<string, string>();

  RED.nodes.registerType('solthrive-meter', function (this: Node, def: MeterDef) {
    RED.nodes.createNode(this, def);
    const say = (key: string, params = {}) => RED._(`solthrive-meter.${key}`, params);
    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    const site = holder?.site;
    if (!site) return void this.status(statusOf('faulty', say('status.site_missing')));

    let misconfigured = false;
    const complain = (mistake: Error) => {
      misconfigured = true;
      this.error(withHint(mistake).message);
    };
    const claim = ({ id }: ModbusMeterConfig) => {
      const other = pollers.get(id);
      if (other) this.warn(say('notice.polled_twice', { meter: id, other }));
      else pollers.set(id, this.id);
      return !other;
    };

    let fleet: Fleet | null = null;
    let meters: string[] = [];
    let shown = '';
    const statuses = new Map<string, MeterStatus>();
    const showStatus = () => {
      const simulated = site.simulated !== null;
      const { state, key, params } = summaryOf({ meters, statuses, simulated, misconfigured });
      const text = say(`status.${key}`, params);
      if (text === shown) return;
      shown = text;
      this.status(statusOf(state, text));
    };

    const busNode = RED.nodes.getNode(def.bus) as BusNode | null;
    if (def.bus && !busNode?.busConfig) {
      return void this.status(statusOf('faulty', say('status.bus_missing')));
    }
    const tell = (status: MeterStatus) =>
      this.send([null, { topic: `status/${status.meter}`, payload: status }]);
    /** Those who listen are there only now, and may be new after each deploy. */
    const tellMistakes = () => fleet?.misconfigured.forEach(tell);
    RED.events.on('flows:started', tellMistakes);
    try {
      const chosen = chooseMeters(site, def.meters ?? '').filter(claim);
      meters = chosen.map(({ id }) => id);
      fleet = new Fleet({
        site,
        meters: chosen,
        bus: busNode?.busConfig ?? null,
        clock: systemClock,
        acquire: (bus) => acquireLine(bus, { clock: systemClock, random: Math.random, openPort }),
        onReading: (reading) =>
          this.send([{ topic: `reading/${reading.meter}`, payload: reading }, null]),
        onStatus: (status) => {
          for (const { level, key, params } of noticesOf(statuses.get(status.meter), status)) {
            this[level](say(`notice.${key}`, params));
          }
          statuses.set(status.meter, status);
          showStatus();
          tell(status);
        },
        onMistake: complain,
      });
      fleet.start();
      for (const status of fleet.misconfigured) statuses.set(status.meter, status);
    } catch (thrown) {
      complain(asError(thrown));
    }
    showStatus();

    this.on('close', (_removed: boolean, done: () => void) => {
      RED.events.off('flows:started', tellMistakes);
      for (const [meter, node] of pollers) if (node === this.id) pollers.delete(meter);
      void (fleet?.close() ?? Promise.resolve()).finally(done);
    });
  });
}
