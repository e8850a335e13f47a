/** Node-RED adapter of the simulator node: commands in, faults and the made-up past out. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import type { Site } from '../site/config.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import { type NodeState, statusOf } from '../site/status.ts';
import { spokenLanguage } from '../site/words.ts';
import { planOf, type Settings } from './plan.ts';
import { Simulation } from './simulation.ts';

interface SimulatorDef extends NodeDef, Settings {
  site: string;
}

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('solthrive-simulator', function (this: Node, def: SimulatorDef) {
    RED.nodes.createNode(this, def);
    const show = createBadge(this, RED);
    const fail = (thrown: unknown) => {
      show('faulty', 'failed');
      this.error(asError(thrown).message);
    };
    const announce = () => {
      const meter = simulation?.meter;
      const payload = { active: meter?.active ?? [], address: meter?.address ?? '' };
      this.send([{ topic: 'simulator', payload }, null]);
    };
    const prepare = (site: Site | undefined): Simulation | null => {
      if (!site) return show('faulty', 'site_missing');
      const plan = planOf(def, site);
      if (!plan) return show('idle', 'idle');
      return new Simulation({
        plan,
        clock: systemClock,
        records: site.paths.records,
        config: site.hash,
        position: site.config.solar_position,
        onPast: (minutes) => this.send([null, { topic: 'minute/past', payload: minutes }]),
        onFaults: announce,
        onUpdate: ({ truth }) => show('simulated', 'running', { kw: inKw(truth.solarW) }),
        onLost: fail,
        onForgetful: (error) => this.warn(asError(error).message),
      });
    };

    const holder = RED.nodes.getNode(def.site) as { site?: Site } | null;
    let simulation: Simulation | null = null;
    try {
      simulation = prepare(holder?.site);
    } catch (thrown) {
      fail(thrown);
    }
    // Not before the journal is there to take in the past.
    const begin = () => {
      simulation?.start().then(announce, fail);
    };
    RED.events.once('flows:started', begin);

    this.on('input', (msg, _send, done) => {
      try {
        if (!simulation?.meter) throw new SolthriveError('simulator_idle');
        simulation.meter.command(msg.payload);
        done();
      } catch (thrown) {
        done(asError(thrown));
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      RED.events.off('flows:started', begin);
      const stopped = simulation?.stop().catch((thrown) => this.warn(asError(thrown).message));
      void within(systemClock, Promise.resolve(stopped)).finally(done);
    });
  });
}

function inKw(watts: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return (watts / 1000).toLocaleString(spokenLanguage(), digits);
}

/** Shows a state under the node, once for each change. */
function createBadge(node: Node, RED: NodeAPI) {
  let shown = '';
  return (state: NodeState, key: string, params: Record<string, string> = {}): null => {
    const text = RED._(`solthrive-simulator.status.${key}`, params);
    if (shown !== text) node.status(statusOf(state, text));
    shown = text;
    return null;
  };
}
