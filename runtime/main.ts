/** The program: checks what it runs on, starts the appliance, says where to look, ends cleanly. */
import { networkInterfaces } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Site } from '../nodes/site/config.ts';
import { asError, SolthriveError } from '../nodes/site/errors.ts';
import { isLoopbackHost } from '../nodes/site/hosts.ts';
import { loadWords } from '../nodes/site/words.ts';

const NEEDED_NODE = 24;

/** Longer than Node-RED's own patience with a node that does not close (15 s). */
const STOP_WITHIN_S = 20;

const words = loadWords(import.meta.url, 'runtime');

// The flag of `npm start` has done its work: this thread has its heap. Left as it is, it goes before
// the limits that other threads are given, and those collect garbage at twice the cost.
setFlagsFromString('--max-semi-space-size=0');

async function main(): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < NEEDED_NODE) {
    throw new SolthriveError('node_too_old', {
      needed: NEEDED_NODE,
      found: process.versions.node,
    });
  }
  // Only now: what follows may not even parse on an old Node.js.
  const { startAppliance } = await import('./appliance.ts');
  const { currentMode } = await import('../nodes/site/paths.ts');
  const mode = process.argv.includes('--appliance')
    ? ({ kind: 'appliance' } as const)
    : currentMode();

  const stopped = nextSignal();
  // Also from a start that hangs: a node of somebody's own may never finish loading.
  void stopped.then(endInTime);
  const appliance = await startAppliance({ env: process.env, mode, write: console.log });
  announce(appliance.site, (line) => appliance.log.say(line));
  const signal = await stopped;

  appliance.log.say(words('stop.stopping'));
  await appliance.stop(signal);
  appliance.log.say(words('stop.stopped'));
}

function endInTime(): void {
  setTimeout(() => {
    console.error(words('stop.too_slow', { seconds: STOP_WITHIN_S }));
    process.exit(1);
  }, STOP_WITHIN_S * 1000).unref();
}

/** The first signal to end. Later ones are heard and ignored: the end is on its way. */
function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve(signal));
    }
  });
}

function announce({ config }: Site, say: (line: string) => void): void {
  const { host, port } = config.http;
  const everywhere = host === '0.0.0.0' || host === '::';
  const url = (name: string) => `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
  const local = url(everywhere ? '127.0.0.1' : host);
  say(words('start.took', { seconds: Number(process.uptime().toFixed(1)) }));
  say(words('where.dashboard', { url: local }));
  say(words('where.api', { url: local }));
  if (config.editor.enabled && (everywhere || isLoopbackHost(host))) {
    say(words('where.editor', { url: local }));
  }
  if (everywhere) for (const name of homeAddresses()) say(words('where.lan', { url: url(name) }));
}

function homeAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

/** An error of ours speaks for itself; of any other the stack is what helps. */
function explain(thrown: unknown): string {
  if (thrown instanceof SolthriveError) {
    return words('failed.hint', { message: thrown.message, hint: thrown.hint });
  }
  const error = asError(thrown);
  return words('failed.unexpected', { what: error.stack ?? error.message });
}

function fail(thrown: unknown): void {
  console.error(explain(thrown));
  process.exit(1);
}

/** A node of the owner's may be of either kind; Node.js would have every ES module among them marked. */
function tellWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning: NodeJS.ErrnoException) => {
    if (warning.code === 'MODULE_TYPELESS_PACKAGE_JSON') return;
    console.error(warning.stack ?? warning.message);
  });
}

process.on('uncaughtException', fail);
tellWarnings();
// Node-RED leaves timers behind that would keep the process alive.
main().then(() => process.exit(0), fail);
