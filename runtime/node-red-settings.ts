/** Node-RED's settings for one site: what is the same everywhere (`settings.js`) and what is not. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { LocalSettings } from '@node-red/runtime';
import { replaceFile } from '../nodes/site/atomic-file.ts';
import type { ConfigProblem, Site } from '../nodes/site/config.ts';
import { packageRoot } from '../nodes/site/package.ts';
import { FALLBACK_LANGUAGE } from '../nodes/site/words.ts';
import type { FlowDesk } from './flow-desk.ts';
import type { LifeFacts } from './life.ts';
import type { Log } from './log.ts';
import { checkPageInput } from './page-input.ts';
import type { StartReport, Storage } from './storage.ts';

/** What the launcher found, as the `solthriveStart` setting: health raises it as faults. */
export interface SolthriveStart extends StartReport {
  configProblems: readonly ConfigProblem[];
}

export interface SettingsParts {
  site: Site;
  storage: Storage;
  start: SolthriveStart;
  life: LifeFacts;
  desk: FlowDesk;
  log: Log;
}

/** Node files that let a flow reach beyond the home's data, by the word that allows them. */
const GUARDED = {
  exec: ['90-exec.js'],
  file: ['10-file.js', '23-watch.js'],
};

export function nodeRedSettings(parts: SettingsParts): LocalSettings {
  const { site, storage, start, life, desk, log } = parts;
  const { http, editor, logging } = site.config;
  const { data } = site.paths;
  const ownNodes = join(data, 'nodes');
  const userDir = join(data, 'node-red');
  for (const folder of [ownNodes, userDir]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  keepModulesApart(ownNodes);
  const mayInstall = editor.allow.includes('palette');
  const common = commonSettings();
  const settings = {
    ...common,
    ui: { ...(common.ui as object), ioMiddleware: checkPageInput },
    uiPort: http.port,
    uiHost: http.host,
    ...(editor.enabled ? {} : { httpAdminRoot: false }),
    userDir,
    // This package is found by its own package.json, so that its nodes have their locales and icons.
    nodesDir: [packageRoot, ownNodes],
    nodesExcludes: [
      ...(editor.allow.includes('exec') ? [] : GUARDED.exec),
      ...(editor.allow.includes('file') ? [] : GUARDED.file),
    ],
    credentialSecret: credentialSecret(userDir),
    storageModule: storage,
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: mayInstall, allowUpload: mayInstall, allowUpdate: mayInstall },
      modules: { allowInstall: false },
    },
    lang: nodeRedLanguage(site.config.site.language),
    logging: { console: { level: logging.level, handler: () => log.handle } },
    solthriveSite: site,
    solthriveStart: start,
    solthriveLife: { runs: life.runs, watchdog: life.watchdog } satisfies LifeFacts,
    solthriveFlows: desk,
  };
  // Its published types know only one folder of nodes, and storage by name.
  return settings as unknown as LocalSettings;
}

/** Of status badges and its log; the editor asks the browser. Its English goes by one name only. */
function nodeRedLanguage(language: string): string {
  return language.split('-', 1)[0] === 'en' ? FALLBACK_LANGUAGE : language;
}

/**
 * Without a package.json of its own the folder would belong to the nearest one above (on a desk this
 * repository's, which says that every `.js` is an ES module). One that says nothing lets Node.js find
 * out for each file, so that CommonJS nodes load as well. The owner's stays as it is.
 */
function keepModulesApart(folder: string): void {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return;
  try {
    replaceFile(file, `${JSON.stringify({ private: true })}\n`, 0o600);
  } catch {
    // A full or read-only disk is no reason not to start, and is raised elsewhere.
  }
}

/** Read from the package's root: an installer finds it there, and it is no part of the build. */
function commonSettings(): Record<string, unknown> {
  const require = createRequire(import.meta.url);
  return { ...(require(join(packageRoot, 'settings.js')) as Record<string, unknown>) };
}

/** Node-RED encrypts its credentials with it; without it a restored backup cannot read them. */
function credentialSecret(userDir: string): string {
  const file = join(userDir, 'credential-secret');
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (kept !== '') return kept;
  const secret = randomBytes(32).toString('base64url');
  replaceFile(file, `${secret}\n`, 0o600);
  return secret;
}
