/**
 * The site's flows on disk: `<data>/node-red/flows.json`, its dated copies, and the quarantine. A file that
 * cannot be read is set aside and the newest copy that can takes its place.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../nodes/site/atomic-file.ts';
import { emptyLayer, type SiteLayer } from './flow-layers.ts';
import type { FlowNode } from './flow-units.ts';

const COPIES = 10;

const nodeSchema = z.looseObject({ id: z.string().min(1), type: z.string().min(1) });
const nodesSchema = z.array(nodeSchema) as unknown as z.ZodType<FlowNode[]>;
const ids = z.array(z.string());

const layerSchema: z.ZodType<SiteLayer> = z.object({
  nodes: nodesSchema,
  removed: ids.default([]),
  overrides: z
    .record(
      z.string(),
      z.object({ originHash: z.string(), editedAt: z.string(), release: z.string() }),
    )
    .default({}),
  links: z.record(z.string(), z.object({ added: ids, removed: ids })).default({}),
  order: ids.default([]),
});

/** Flows as Node-RED exports them are a site's layer too. */
const fileSchema = z.union([
  layerSchema,
  nodesSchema.transform((nodes) => ({ ...emptyLayer, nodes })),
]);

export interface SiteFlows {
  read(): { layer: SiteLayer; setAside: string | null };
  /** @throws the system's error when the disk refuses */
  write(layer: SiteLayer): void;
  /** Keeps nodes that may not run; the same ones are kept once. */
  quarantine(content: unknown): string;
}

/**
 * @param data  the data folder; the file is in `node-red/`, beside Node-RED's credentials
 * @param stamp  the time in a form that sorts and fits into a file name
 */
export function openSiteFlows(data: string, stamp: () => string): SiteFlows {
  const file = join(data, 'node-red', 'flows.json');
  const copies = join(data, 'node-red', 'flows-copies');
  const quarantine = join(data, 'quarantine');

  function setAside(): string {
    mkdirSync(quarantine, { recursive: true, mode: 0o700 });
    const place = join(quarantine, `${stamp()}-flows.json`);
    renameSync(file, place);
    return place;
  }

  function newestCopy(): SiteLayer | null {
    for (const name of listed(copies).reverse()) {
      const layer = parse(join(copies, name));
      if (layer) return layer;
    }
    return null;
  }

  return {
    read() {
      if (!existsSync(file)) return { layer: emptyLayer, setAside: null };
      const layer = parse(file);
      if (layer) return { layer, setAside: null };
      const place = setAside();
      const copy = newestCopy();
      if (copy) replaceFile(file, serialize(copy), 0o600);
      return { layer: copy ?? emptyLayer, setAside: place };
    },

    write(layer) {
      const text = serialize(layer);
      if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
      replaceFile(file, text, 0o600);
      mkdirSync(copies, { recursive: true, mode: 0o700 });
      copyFileSync(file, join(copies, `${stamp()}.json`));
      for (const name of listed(copies).slice(0, -COPIES)) rmSync(join(copies, name));
    },

    quarantine(content) {
      const text = `${JSON.stringify(content, null, 2)}\n`;
      const kept = listed(quarantine).find(
        (name) => readFileSync(join(quarantine, name), 'utf8') === text,
      );
      const place = join(quarantine, kept ?? `${stamp()}.json`);
      if (!kept) replaceFile(place, text, 0o600);
      return place;
    },
  };
}

function parse(file: string): SiteLayer | null {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

function serialize(layer: SiteLayer): string {
  return `${JSON.stringify(layer, null, 2)}\n`;
}

function listed(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
}
