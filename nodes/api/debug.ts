/**
 * `/api/debug`: what a technician who cannot come wants to see at once. Nothing in it is secret, so it may
 * be handed on.
 */
import { readFileSync } from 'node:fs';
import { linesInUse } from '../bus/registry.ts';
import type { Site } from '../site/config.ts';
import { tokenFile } from '../site/identity.ts';
import { passwordsIn, redacted, redactor } from '../site/secrets.ts';
import { siteLogOf } from '../site/site-log.ts';
import { type ApiReply, json, success } from './reply.ts';
import type { ApiRequest } from './routes.ts';
import type { ApiState } from './state.ts';

export function debug(_request: ApiRequest, state: ApiState): ApiReply {
  const { site, health, doctor, snapshot, simulated } = state;
  const redact = redactor(secretsOf(site));
  const said = redacted(
    {
      config: site.config,
      problems: site.problems,
      lines: linesInUse(),
      system: health?.system ?? null,
      faults: health?.faults ?? [],
      snapshot,
      doctor,
      log: siteLogOf(site.paths.data)?.recent() ?? [],
    },
    redact,
  ) as Record<string, unknown>;
  return success(
    json({
      versions: {
        solthrive: state.version,
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
      },
      uptime_s: state.uptimeS,
      config_hash: site.hash,
      paths: site.paths,
      origins: site.origins,
      ...said,
      ...(simulated && { simulated: true }),
    }),
  );
}

/** All that is known to be secret, by its text: wherever it has got to, it is hidden. */
function secretsOf({ config, paths }: Site): string[] {
  return [...tokensIn(tokenFile(paths)), ...passwordsIn(config)];
}

function tokensIn(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\s+/);
  } catch {
    return [];
  }
}
