/** Node-RED adapter of the site: hands the one site to all nodes that refer to it. */
import { join } from 'node:path';
import type { Node, NodeAPI, NodeAPISettingsWithData, NodeDef } from 'node-red';
import type { Site } from './config.ts';
import { asError } from './errors.ts';
import { ensureToken } from './identity.ts';
import { keepRecordedConfig } from './last-good.ts';
import { configuredLanguage, loadSite } from './load.ts';
import { notInForce } from './not-in-force.ts';
import { createFolders, sitePaths } from './paths.ts';
import { formatProblem } from './problems.ts';
import { FALLBACK_LANGUAGE, speakLanguage } from './words.ts';

interface SiteNode extends Node {
  /** Left out where the folders cannot be used: the nodes that refer to this one say so. */
  site?: Site;
}

/** `solthriveSite` is what our own launcher has loaded; another Node-RED has no such setting. */
type Settings = NodeAPISettingsWithData & { solthriveSite?: Site };

export default function (RED: NodeAPI<Settings>): void {
  RED.nodes.registerType('solthrive-site', function (this: SiteNode, def: NodeDef) {
    RED.nodes.createNode(this, def);
    try {
      this.site = RED.settings.solthriveSite ?? loadOwn(RED.settings, (line) => this.warn(line));
    } catch (thrown) {
      this.error(RED._('solthrive-site.unusable', { what: asError(thrown).message }));
      return;
    }
    try {
      keepRecordedConfig(this.site);
    } catch (thrown) {
      this.warn(asError(thrown).message);
    }
  });
}

/** In someone's own Node-RED the site lives in a folder beside their flows. */
function loadOwn({ userDir }: Settings, warn: (line: string) => void): Site {
  const folder = join(userDir ?? '.', 'solthrive');
  const paths = sitePaths(process.env, { kind: 'folder', folder });
  createFolders(paths);
  ensureToken(paths);
  speakLanguage(configuredLanguage(paths) ?? FALLBACK_LANGUAGE);
  // The port belongs to their Node-RED: SOLTHRIVE_PORT says nothing here.
  const site = loadSite({ paths, env: {} });
  for (const problem of site.problems) warn(formatProblem(problem));
  for (const line of notInForce(site)) warn(line);
  return site;
}
