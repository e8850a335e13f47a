/** Node-RED adapter that hosts one of our elements in a group of node-red-dashboard. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type Clock, systemClock } from '../../nodes/site/clock.ts';
import type { Site } from '../../nodes/site/config.ts';
import { asError } from '../../nodes/site/errors.ts';
import { type NodeState, statusOf } from '../../nodes/site/status.ts';
import { findDashboard, place, type Shown, serveAssets } from './dashboard.ts';
import { questionIn, Turnstile } from './questions.ts';
import { pageOf, Signposts } from './signposts.ts';
import { FORMATS, isView, pageSiteOf, takeIn, type ViewState, type WidgetView } from './views.ts';

interface WidgetDef extends NodeDef {
  group: string;
  order: number | string;
  width: number | string;
  height: number | string;
  view: string;
  site?: string;
}

export default function (RED: NodeAPI, clock: Clock = systemClock): void {
  serveAssets(RED);
  const signposts = new Signposts();

  RED.nodes.registerType('solthrive-widget', function (this: Node, def: WidgetDef) {
    RED.nodes.createNode(this, def);
    const say = (state: NodeState, key: string) =>
      this.status(statusOf(state, RED._(`solthrive-widget.status.${key}`)));

    const dashboard = findDashboard(RED);
    if (!dashboard) return void say('faulty', 'dashboard_missing');
    const view: WidgetView = isView(def.view) ? def.view : 'gauges';
    const asks = view === 'history';
    const turnstile = new Turnstile();
    const heard = (payload: unknown, socketid: unknown) => {
      const question = questionIn(payload, socketid);
      if (question && turnstile.admits(clock.mono())) this.send({ ...question });
    };
    const shown = settle(this, () =>
      place(dashboard, {
        id: this.id,
        uiPath: uiPathOf(RED),
        type: def.type,
        group: def.group,
        order: Number(def.order) || 0,
        width: Number(def.width) || 0,
        height: Number(def.height) || 1,
        format: FORMATS[view],
        ...(asks ? { heard } : {}),
      }),
    );
    if (!shown) return void say('faulty', 'group_missing');
    say('idle', 'waiting');

    const here = { view, page: pageOf(RED, def.group) };
    const goAway = signposts.stand(this.id, here);
    const holder = RED.nodes.getNode(def.site ?? '') as { site?: Site } | null;
    const site = holder?.site ? { site: pageSiteOf(holder.site) } : {};
    let state: ViewState = {};
    let showing = false;
    this.on('input', (msg, _send, done) => {
      try {
        const next = takeIn(view, state, msg);
        const { socketid } = msg as { socketid?: unknown };
        const to = asks && typeof socketid === 'string' ? socketid : undefined;
        // an answer without the page that asked would go to all of them
        if (next && asks === (to !== undefined)) {
          state = next;
          shown.show({ ...state, ...signposts.from(here), ...site }, to);
          if (!showing) say('live', 'showing');
          showing = true;
        }
        done();
      } catch (thrown) {
        done(asError(thrown));
      }
    });

    this.on('close', (removed: boolean, done: () => void) => {
      goAway();
      try {
        shown.leave(removed);
      } finally {
        done();
      }
    });
  });
}

/** A group whose tab is gone makes the dashboard throw; that must not stop the other nodes. */
function settle(node: Node, put: () => Shown | null): Shown | null {
  try {
    return put();
  } catch (thrown) {
    node.error(asError(thrown));
    return null;
  }
}

function uiPathOf(RED: NodeAPI): string {
  const { ui } = RED.settings as { ui?: { path?: unknown } };
  return typeof ui?.path === 'string' ? ui.path : 'ui';
}
