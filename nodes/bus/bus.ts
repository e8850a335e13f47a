/** Node-RED adapter of the bus config node: names a line and hands it to the nodes that use it. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../site/clock.ts';
import type { Site } from '../site/config.ts';
import type { BusConfig } from '../site/schema.ts';
import { openPort } from './ports.ts';
import { acquireLine, type LineLease } from './registry.ts';
import { serialNames } from './serial-names.ts';
import { type BusForm, busOf } from './settings.ts';

interface BusDef extends NodeDef, BusForm {
  site: string;
}

/** What the nodes that refer to a bus node see of it. */
export interface BusNode extends Node {
  /** Null where the line is not configured, or not rightly. */
  busConfig: BusConfig | null;
  /** The line, shared with everyone who uses its port; null where there is none. Release it in `close`. */
  acquire(): LineLease | null;
}

export default function (RED: NodeAPI): void {
  const busesOf = (siteNode: unknown): BusConfig[] => {
    const holder = RED.nodes.getNode(String(siteNode)) as { site?: Site } | null;
    return holder?.site?.config.buses ?? [];
  };

  RED.nodes.registerType('solthrive-bus', function (this: BusNode, def: BusDef) {
    RED.nodes.createNode(this, def);
    const config = busOf(def, `bus-${this.id}`, busesOf(def.site));
    if (!config) {
      const key = def.bus ? 'unknown' : 'incomplete';
      this.error(RED._(`solthrive-bus.error.${key}`, { bus: def.bus }));
    }
    const deps = { clock: systemClock, random: Math.random, openPort };
    this.busConfig = config;
    this.acquire = () => (config ? acquireLine(config, deps) : null);
  });

  RED.httpAdmin.get(
    '/solthrive-bus/names',
    RED.auth.needsPermission('solthrive-bus.read'),
    (request, response, next) => {
      const buses = busesOf(request.query.site).map((bus) => bus.id);
      serialNames()
        .then((ports) => response.json({ buses, ports }))
        .catch(next);
    },
  );
}
