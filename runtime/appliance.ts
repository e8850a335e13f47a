/**
 * One running appliance: takes the folders, opens the front door, embeds Node-RED and puts all of it
 * away again. What it needs from outside (environment, log) it is handed.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { NodeRedApp } from 'node-red';
import { systemClock } from '../nodes/site/clock.ts';
import type { Site } from '../nodes/site/config.ts';
import { asError, SolthriveError } from '../nodes/site/errors.ts';
import { machineHosts } from '../nodes/site/hosts.ts';
import { configuredLanguage, loadSite } from '../nodes/site/load.ts';
import { takeLock } from '../nodes/site/lock.ts';
import { notInForce } from '../nodes/site/not-in-force.ts';
import { packageRoot, packageVersion } from '../nodes/site/package.ts';
import { createFolders, type Environment, type SiteMode, sitePaths } from '../nodes/site/paths.ts';
import { standInForMeters, standsIn } from '../nodes/site/simulated.ts';
import { FALLBACK_LANGUAGE, loadWords, speakLanguage } from '../nodes/site/words.ts';
import { type Control, openControl } from './control.ts';
import { controlRoutes } from './control-routes.ts';
import { createFlowDesk } from './flow-desk.ts';
import { createFront, editorRefusal, type FrontRules, refuse } from './http-front.ts';
import { beginLife, type Life } from './life.ts';
import type { Log } from './log.ts';
import { nodeRedSettings, type SolthriveStart } from './node-red-settings.ts';
import { type OpenLog, openLog } from './open-log.ts';
import { createStorage } from './storage.ts';

export interface ApplianceOptions {
  env: Environment;
  mode: SiteMode;
  /** Where log lines go. */
  write: (line: string) => void;
}

export interface Appliance {
  site: Site;
  log: Log;
  /**
   * Closes everything: flows, sockets, the lock.
   * @param reason  why: a signal, an update
   */
  stop(reason: string): Promise<void>;
}

const words = loadWords(import.meta.url, 'runtime');

/**
 * Resolves when the flows run.
 * @throws SolthriveError `port_taken`, `already_running`, `flow_invalid`, and the system's errors
 */
export async function startAppliance({ env, mode, write }: ApplianceOptions): Promise<Appliance> {
  const paths = sitePaths(env, mode);
  createFolders(paths);
  speakLanguage(configuredLanguage(paths) ?? FALLBACK_LANGUAGE);
  const undo: (() => unknown)[] = [];
  let life: Life | null = null;
  let log: OpenLog | null = null;
  try {
    undo.push(takeLock(paths.data).release);
    life = beginLife({ paths, env, version: packageVersion });
    undo.push(life.close);
    const loaded = loadSite({ paths, env });
    const { default: RED } = await import('node-red');
    // No flow of ours has credentials: until one has, there is no file of them.
    const isNoise = (text: string) => text === RED.log._('nodes.credentials.encryptedNotFound');
    log = openLog({ site: loaded, write, isNoise });
    undo.push(log.end);
    return await startIn({ loaded, RED, mode, log, undo, life });
  } catch (thrown) {
    life?.refused(thrown);
    log?.lastWords(thrown);
    await putAway(undo);
    throw thrown;
  }
}

interface Start {
  loaded: Site;
  RED: NodeRedApp;
  mode: SiteMode;
  log: Log;
  /** What has been opened so far, to be closed from the last to the first. */
  undo: (() => unknown)[];
  life: Life;
}

async function startIn({ loaded, RED, mode, log, undo, life }: Start): Promise<Appliance> {
  const site = await withMeters(loaded, mode);
  createFolders(site.paths);
  const { http, editor } = site.config;
  log.say(words('start.starting', { version: site.version, pid: process.pid }));
  reportProblems(site, log);

  const rules = { ownHosts: () => machineHosts(http.allowed_hosts), editor: editor.enabled };
  const front = createFront(rules);
  await listen(front.server, http);
  undo.push(() => front.close());

  const start: SolthriveStart = {
    configProblems: site.problems,
    quarantined: [],
    setAside: [],
    dangling: [],
  };
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => {}); // heard below; it may come before anybody listens
  const storage = createStorage({
    shippedFolder: join(packageRoot, 'flows'),
    data: site.paths.data,
    release: site.version,
    clock: systemClock,
    report: start,
    refuse: refused.reject,
  });

  const again = { flows: { flows: [], credentials: {} }, deploymentType: 'reload' };
  const desk = createFlowDesk(storage.layers, () => RED.runtime.flows.setFlows(again));
  RED.init(front.inner, nodeRedSettings({ site, storage, start, life, desk, log }));
  mount(RED, front.inner, rules);
  RED.events.on('flows:started', () => life.watchdog.begin());
  const running = new Promise<void>((resolve) => RED.events.once('flows:started', () => resolve()));
  undo.push(() => RED.stop());
  await RED.start();
  front.open();
  await Promise.race([running, refused.promise]);
  reportFlows(start, log);

  const control = await openSocket(site, log, controlRoutes(site, desk));
  if (control) undo.push(() => control.close());
  life.ready();
  const stop = (reason: string) => {
    life.stopping(reason);
    return putAway(undo);
  };
  return { site, log, stop };
}

/** Express finds paths in more ways than a URL check can foresee: the editor asks once more. */
function mount(RED: NodeRedApp, server: Server, rules: FrontRules): void {
  const app = RED.httpNode;
  if (rules.editor) {
    app.use('/editor', (request, response, next) => {
      const refusal = editorRefusal(request, rules);
      if (refusal) refuse(response, refusal);
      else next();
    });
    app.use('/editor', RED.httpAdmin);
  }
  app.get('/', (_request, response) => response.redirect(302, '/dashboard/'));
  server.on('request', app);
}

async function withMeters(site: Site, mode: SiteMode): Promise<Site> {
  return standsIn(site.config, mode) ? standInForMeters(site, await freePort()) : site;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await listen(probe, { host: '127.0.0.1', port: 0 });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new SolthriveError('port_taken', { port }) : error);
    });
    server.listen(port, host, resolve);
  });
}

async function putAway(undo: (() => unknown)[]): Promise<void> {
  for (const close of undo.splice(0).reverse()) await close();
}

/** The appliance works without its control socket; only the command line misses it. */
async function openSocket(
  site: Site,
  log: Log,
  routes: Parameters<typeof openControl>[1],
): Promise<Control | null> {
  const { run } = site.paths;
  try {
    return await openControl(run, routes);
  } catch (thrown) {
    log.warn(words('start.no_control', { file: run, what: asError(thrown).message }));
    return null;
  }
}

function reportProblems(site: Site, log: Log): void {
  for (const problem of site.problems) log.error(words('start.problem', { ...problem }));
  if (site.problems.length > 0) {
    log.error(words('start.problems', { count: site.problems.length }));
  }
  for (const line of notInForce(site)) log.warn(line);
  if (site.simulated) log.say(words('start.simulated'));
  if (site.config.meters.length === 0 && site.problems.length === 0) {
    log.warn(words('start.no_meter', { file: join(site.paths.etc, 'meter.yaml') }));
  }
}

function reportFlows({ quarantined, setAside, dangling }: SolthriveStart, log: Log): void {
  const file = setAside.at(-1) ?? '';
  if (quarantined.length === 0 && file) log.warn(words('start.set_aside', { file }));
  for (const { node, reason } of quarantined) {
    const { id, type } = node;
    log.warn(words('start.quarantined', { id, type, reason: words(`reason.${reason}`), file }));
  }
  for (const { from, to } of dangling) log.warn(words('start.dangling', { from, to }));
}
