/**
 * Node-RED's storage, with flows in layers: shipped ones that nobody can write, and the site's own
 * on top, copied on write. Everything else (credentials, settings, sessions, library) goes to the
 * store that comes with Node-RED.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Clock, isoTime } from '../nodes/site/clock.ts';
import { asError, SolthriveError, sayWhat } from '../nodes/site/errors.ts';
import { checkFlows, type DanglingWire, type Quarantined } from './flow-check.ts';
import {
  listUnits,
  restoreUnit,
  type SiteLayer,
  separateLayers,
  type UnitInfo,
} from './flow-layers.ts';
import type { FlowNode } from './flow-units.ts';
import { openSiteFlows } from './site-flows.ts';

/** What Node-RED asks of a storage module and this one answers itself. */
interface BaseStore {
  init(settings: unknown, runtime: StorageRuntime): Promise<void>;
  getFlows(): Promise<FlowNode[]>;
  saveFlows(flows: FlowNode[], user?: unknown): Promise<void>;
  saveCredentials(credentials: unknown): Promise<void>;
}

/** The part of Node-RED's runtime that storage is handed. */
export interface StorageRuntime {
  nodes: { getType(type: string): unknown };
}

/** What the check before the start found, for health to raise. */
export interface StartReport {
  quarantined: Quarantined[];
  /** Files in which set-aside flows are kept. */
  setAside: string[];
  dangling: DanglingWire[];
}

export interface FlowLayers {
  units(): UnitInfo[];
  /** False where there is no such shipped unit. */
  restore(unit: string): boolean;
}

export interface StorageOptions {
  shippedFolder: string;
  data: string;
  release: string;
  clock: Clock;
  report: StartReport;
  /** Called when the shipped flows cannot be used: there is nothing to run then. */
  refuse: (error: Error) => void;
  base?: BaseStore;
}

export type Storage = BaseStore & { layers: FlowLayers };

/**
 * A storage module for Node-RED's `storageModule` setting. Its methods are own properties, because
 * the runtime looks for them with `hasOwnProperty`.
 */
export function createStorage(options: StorageOptions): Storage {
  const { clock, release, report } = options;
  const base = options.base ?? localFileSystem();
  const shipped = readShipped(options.shippedFolder);
  const disk = openSiteFlows(options.data, () => isoTime(clock.now()).replaceAll(':', '-'));
  let knows: (type: string) => boolean = () => true;
  let heldCredentials: unknown;

  /** A file is told once, however often the flows are read again. */
  function tell(file: string): void {
    if (!report.setAside.includes(file)) report.setAside.push(file);
  }

  function readLayer(): SiteLayer {
    const { layer, setAside } = disk.read();
    if (setAside) tell(setAside);
    return layer;
  }

  function load(): FlowNode[] {
    const checked = checkFlows({ shipped, site: readLayer(), knows });
    report.quarantined = checked.quarantined;
    report.dangling = checked.dangling;
    if (checked.quarantined.length > 0) tell(disk.quarantine(checked.quarantined));
    // Node-RED may change what it is given.
    return structuredClone(checked.flows);
  }

  function save(flows: FlowNode[]): void {
    const { layer: before } = disk.read();
    const now = isoTime(clock.now());
    try {
      disk.write(separateLayers({ flows, shipped, before, now, release }));
    } catch (thrown) {
      const { message } = asError(thrown);
      throw new SolthriveError('storage_failed', { file: 'flows.json', what: message }, thrown);
    }
  }

  return {
    ...base,

    async init(settings, runtime) {
      // Node-RED looks a type up in a plain object, where every object's own properties turn up too.
      knows = (type) => !(type in Object.prototype) && Boolean(runtime.nodes.getType(type));
      await base.init(settings, runtime);
    },

    async getFlows() {
      try {
        return load();
      } catch (thrown) {
        options.refuse(asError(thrown));
        throw thrown;
      }
    },

    async saveFlows(flows) {
      save(flows);
      if (heldCredentials === undefined) return;
      await base.saveCredentials(heldCredentials);
      heldCredentials = undefined;
    },

    // Node-RED saves credentials first; a deploy that is then refused must not leave them behind.
    async saveCredentials(credentials) {
      heldCredentials = credentials;
    },

    layers: {
      units: () => listUnits(shipped, disk.read().layer),
      restore(unit) {
        const { layer } = disk.read();
        if (!listUnits(shipped, layer).some(({ id, state }) => id === unit && state !== 'site')) {
          return false;
        }
        disk.write(restoreUnit(layer, unit, shipped));
        return true;
      },
    },
  };
}

/**
 * The shipped tabs in the order an installer reads them.
 * @throws SolthriveError `flow_invalid` where a file is not a list of nodes
 */
export function readShipped(folder: string): FlowNode[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort(byReading).flatMap((name) => {
    const file = join(folder, name);
    try {
      const flow: unknown = JSON.parse(readFileSync(file, 'utf8'));
      if (Array.isArray(flow)) return flow as FlowNode[];
    } catch (thrown) {
      throw new SolthriveError('flow_invalid', { file, what: asError(thrown).message }, thrown);
    }
    throw new SolthriveError('flow_invalid', { file, what: sayWhat('flow.no_list') });
  });
}

/** Tabs follow the data: from the meter to the page. Others come after, by name. */
const READING_ORDER = ['metering.json', 'records.json', 'dashboard.json', 'api.json', 'care.json'];

function byReading(a: string, b: string): number {
  const place = (name: string) => {
    const index = READING_ORDER.indexOf(name);
    return index < 0 ? READING_ORDER.length : index;
  };
  return place(a) - place(b) || a.localeCompare(b);
}

/** Not part of Node-RED's public face; the exact pin of its version and our tests hold it. */
function localFileSystem(): BaseStore {
  const require = createRequire(createRequire(import.meta.url).resolve('node-red'));
  return require('@node-red/runtime/lib/storage/localfilesystem') as BaseStore;
}
