/**
 * What is said to systemd, where it is what started the program: that it is ready, that it is well,
 * that it ends (sd_notify(3)). Node.js has no datagram sockets, and to start a program from one as
 * large as this takes it 10 ms: so one small shell is started once, and handed lines.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock, Timer } from '../nodes/site/clock.ts';

const TELLER = 'while read -r state; do systemd-notify "$state"; done';
/** As sd_watchdog_enabled(3) advises half: one may come late, and there is still time for another. */
const FEEDS_PER_PATIENCE = 3;

export interface ServiceManager {
  /** The program does what it is for; from now on the service manager watches it. */
  ready(): void;
  /** It is about to end. */
  stopping(): void;
  close(): void;
}

export interface ServiceManagerOptions {
  env: Record<string, string | undefined>;
  clock: Clock;
  /** Asked each time before it is said that all is well. */
  isWell: () => boolean;
  /** What hands a line on; a test listens itself. */
  tell?: (state: string) => void;
}

/** Says nothing where there is nobody to listen. */
export function openServiceManager(options: ServiceManagerOptions): ServiceManager {
  const { env, clock, isWell } = options;
  if (!env.NOTIFY_SOCKET) return { ready() {}, stopping() {}, close() {} };
  const teller = options.tell ? null : startTeller();
  const tell = options.tell ?? ((state: string) => void teller?.stdin?.write(`${state}\n`));
  const patienceMs = Number(env.WATCHDOG_USEC) / 1_000;
  let timer: Timer | null = null;

  const feed = () => {
    if (isWell()) tell('WATCHDOG=1');
    timer = clock.after(patienceMs / FEEDS_PER_PATIENCE, feed);
  };
  return {
    ready() {
      tell('READY=1');
      if (patienceMs > 0) feed();
    },
    stopping: () => tell('STOPPING=1'),
    close() {
      timer?.cancel();
      teller?.stdin?.end();
    },
  };
}

/** Ends with its input, however the program goes. */
function startTeller(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', TELLER], { stdio: ['pipe', 'ignore', 'inherit'] });
  // Without it nothing is heard of us any more, and a restart follows: as it should.
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  return child;
}
