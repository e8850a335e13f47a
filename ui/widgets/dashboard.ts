/**
 * The joint to node-red-dashboard v1: a place on the page, what pages say, the bundle in the page's
 * head, and the bundle's files. The dashboard's own input listener never sees the wires: it would obey
 * `ui_control` and `template` in any message, so it is handed only what a view shows.
 */
import { fileURLToPath } from 'node:url';
import type { NodeAPI } from 'node-red';
import type { ViewState } from './views.ts';

interface WidgetOptions {
  node: WidgetHost;
  format: string;
  group: string;
  order: number;
  width?: number;
  height?: number;
  templateScope: 'local' | 'global';
  emitOnlyNewValues?: false;
  forwardInputMessages?: false;
  storeFrontEndInputAsState?: false;
  persistantFrontEndValue?: boolean;
  beforeEmit?: (msg: Shipment) => { msg: Shipment };
  beforeSend?: (msg: object, original: unknown) => { payload: unknown };
}

/** What goes to the pages; with a `socketid` to that one alone. */
interface Shipment {
  payload: ViewState;
  socketid?: string;
}

/** The little of a node the dashboard needs of us. */
interface WidgetHost {
  id: string;
  type: string;
  on(event: string, listener: (msg: Shipment) => void): void;
  /** Called with whatever a page sent. */
  send(msg: { payload?: unknown; socketid?: unknown }): void;
  warn(text: string): void;
}

export interface Dashboard {
  /** Undefined where the group is unknown. */
  addWidget(options: WidgetOptions): (() => void) | undefined;
}

export interface Place {
  id: string;
  /** Where the dashboard is served, as in its settings. */
  uiPath: string;
  type: string;
  group: string;
  order: number;
  width: number;
  height: number;
  format: string;
  /** Called with what a page sends, unchecked; left out where pages have nothing to say. */
  heard?: (payload: unknown, socketid: unknown) => void;
}

export interface Shown {
  /** To all pages, and to those that come later; with a `socketid` to that page, once. */
  show(state: ViewState, socketid?: string): void;
  /** `now` where the node was deleted; else its place is kept a while for its successor. */
  leave(now: boolean): void;
}

/**
 * A node that closes comes back at once after a deploy; when the appliance stops, it does not, and
 * a page that lost its widgets would greet the homeowner with the dashboard's own welcome instead
 * of saying that the connection is lost.
 */
const LINGER_MS = 5_000;
/** By node id: ends the lingering. */
const lingering = new Map<string, () => void>();

const ASSETS = fileURLToPath(new URL('../assets/', import.meta.url));
const ASSETS_PATH = 'solthrive/assets/';

/** The dashboard of this Node-RED, or null where it is not installed. */
export function findDashboard(RED: NodeAPI): Dashboard | null {
  const { require: load } = RED as unknown as { require?: (name: string) => unknown };
  try {
    const make = load?.('node-red-dashboard');
    return typeof make === 'function' ? (make(RED) as Dashboard) : null;
  } catch {
    return null;
  }
}

/** Puts a view on the page; null where its group is not there. */
export function place(dashboard: Dashboard, spot: Place): Shown | null {
  const { id, type, uiPath, heard, ...where } = spot;
  lingering.get(id)?.();
  const listeners: ((msg: Shipment) => void)[] = [];
  let left = false;
  const remove = dashboard.addWidget({
    node: {
      id,
      type,
      warn: () => {},
      on: (event, listener) => {
        if (event === 'input') listeners.push(listener);
      },
      send: ({ payload, socketid }) => {
        if (!left) heard?.(payload, socketid);
      },
    },
    ...where,
    templateScope: 'local',
    emitOnlyNewValues: false,
    forwardInputMessages: false,
    storeFrontEndInputAsState: false,
    // what one page asked is no news for the next
    persistantFrontEndValue: !heard,
    beforeEmit: ({ payload, socketid }) => ({
      msg: socketid === undefined ? { payload } : { payload, socketid },
    }),
    beforeSend: (_msg, original) => ({ payload: sentBy(original) }),
  });
  if (!remove) return null;
  const letGo = holdHead(dashboard, uiPath);
  const go = () => {
    lingering.delete(id);
    remove();
    letGo();
  };
  return {
    show: (payload, socketid) => {
      const shipment = socketid === undefined ? { payload } : { payload, socketid };
      for (const listener of listeners) listener(shipment);
    },
    leave: (now) => {
      left = true;
      if (now) go();
      else linger(id, go);
    },
  };
}

/** A page sends `{ id, msg: { payload }, socketid }`, or anything else. */
function sentBy(original: unknown): unknown {
  const { msg } = (original ?? {}) as { msg?: { payload?: unknown } | null };
  return msg?.payload;
}

function linger(id: string, go: () => void): void {
  const timer = setTimeout(go, LINGER_MS).unref();
  lingering.set(id, () => {
    clearTimeout(timer);
    go();
  });
}

/** The head belongs to the page, not to a widget: the first one brings it, the last one takes it. */
let holders = 0;
let removeHead: (() => void) | undefined;

/** Has the bundle loaded by the page until every holder has let go. Returns how to let go. */
function holdHead(dashboard: Dashboard, uiPath: string): () => void {
  if (holders === 0) removeHead = dashboard.addWidget({ ...HEAD, format: headOf(uiPath) });
  holders += 1;
  return () => {
    holders -= 1;
    if (holders > 0) return;
    removeHead?.();
    removeHead = undefined;
  };
}

const HEAD: Omit<WidgetOptions, 'format'> = {
  node: { id: '', type: '', on: () => {}, send: () => {}, warn: () => {} },
  group: '',
  order: 0,
  templateScope: 'global',
};

/** Addresses are relative to the page, so they hold below any root and behind any proxy. */
export function headOf(uiPath: string): string {
  const depth = uiPath.split('/').filter((step) => step !== '').length;
  const folder = '../'.repeat(depth) + ASSETS_PATH;
  return [
    `<link rel="stylesheet" href="${folder}solthrive.css">`,
    `<link rel="icon" type="image/svg+xml" href="${folder}solthrive.svg">`,
    `<link rel="apple-touch-icon" href="${folder}solthrive-180.png">`,
    `<script type="module" src="${folder}solthrive.js"></script>`,
  ].join('');
}

/** Serves the bundle beside the page; to be called once, a route cannot be taken out again. */
export function serveAssets(RED: NodeAPI): void {
  RED.httpNode.get(`/${ASSETS_PATH}:file`, (request, response, next) => {
    const headers = { 'X-Content-Type-Options': 'nosniff' };
    const { file } = request.params;
    response.sendFile(file ?? '', { root: ASSETS, headers }, (error) => {
      if (error) next();
    });
  });
}
