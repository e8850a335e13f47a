/** A real MQTT broker on a free port, and a real client that listens to it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort, temporaryFolder } from './appliance.ts';

export interface Heard {
  topic: string;
  text: string;
  retained: boolean;
}

export interface Mosquitto {
  port: number;
  /** With what it had kept, as a broker with a disk does. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What is retained under a filter now. */
  kept(filter: string): Record<string, string>;
  /** Listens from now on. */
  listen(filter: string): Promise<Listener>;
}

export interface Listener {
  heard: Heard[];
  /** The first message, from now or before, that is as it should be; fails after 20 seconds. */
  until(isIt: (heard: Heard) => boolean): Promise<Heard>;
  stop(): void;
}

/** @param login  `user:password` that it wants; anybody may come where left out */
export async function startMosquitto(login?: string): Promise<Mosquitto> {
  const port = await freePort();
  const folder = temporaryFolder();
  const file = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'persistence true',
    `persistence_location ${folder}/`,
  ];
  const [user = '', password = ''] = login?.split(':') ?? [];
  const asUser = login === undefined ? [] : ['-u', user, '-P', password];
  if (login === undefined) lines.push('allow_anonymous true');
  else {
    const passwords = join(folder, 'passwords');
    execFileSync('/usr/bin/mosquitto_passwd', ['-b', '-c', passwords, user, password]);
    lines.push('allow_anonymous false', `password_file ${passwords}`);
  }
  // Started by root it becomes somebody else, who may not look into our folder.
  if (process.getuid?.() === 0) lines.push('user root');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const client = ['-h', '127.0.0.1', '-p', String(port), ...asUser];

  let broker: ChildProcess | null = null;
  const mosquitto: Mosquitto = {
    port,
    async start() {
      broker = spawn('/usr/sbin/mosquitto', ['-c', file], { stdio: 'ignore' });
      await accepts(port);
    },
    async stop() {
      if (broker === null || broker.exitCode !== null) return;
      const ended = once(broker, 'exit');
      broker.kill();
      await ended;
    },
    kept(filter) {
      const args = [...client, '-t', filter, '--retained-only', '-W', '1', '-F', '%t %p'];
      let text: string;
      try {
        text = execFileSync('/usr/bin/mosquitto_sub', args, { encoding: 'utf8', stdio: 'pipe' });
      } catch (timedOut) {
        // That it ends by its time-out is its only way to say that there is no more.
        text = String((timedOut as { stdout?: string }).stdout ?? '');
      }
      const found = text.split('\n').filter((line) => line !== '');
      return Object.fromEntries(found.map((line) => line.split(/ (.*)/s).slice(0, 2)));
    },
    async listen(filter) {
      // Into a pipe it would keep its words until it has many.
      const command = ['-oL', '/usr/bin/mosquitto_sub', ...client];
      const args = [...command, '-t', filter, '-q', '1', '-F', '%r %t %p', '-d'];
      const child = spawn('stdbuf', args, { stdio: ['ignore', 'pipe', 'ignore'] });
      return listenerOf(child);
    },
  };
  await mosquitto.start();
  return mosquitto;
}

async function listenerOf(child: ChildProcess): Promise<Listener> {
  const heard: Heard[] = [];
  let rest = '';
  let isSubscribed = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (/^Subscribed/.test(line)) isSubscribed = true;
      const [, retained, topic, body] = /^([01]) (\S+) (.*)$/.exec(line) ?? [];
      if (topic !== undefined) heard.push({ topic, text: body ?? '', retained: retained === '1' });
    }
  });
  const until = async <T>(find: () => T | undefined | false): Promise<T> => {
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      const found = find();
      if (found) return found;
      await wait(20);
    }
    throw new Error(`not heard within 20 s; heard: ${JSON.stringify(heard.slice(-20))}`);
  };
  await until(() => isSubscribed);
  return { heard, until: (isIt) => until(() => heard.find(isIt)), stop: () => void child.kill() };
}

async function accepts(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await wait(20);
    } finally {
      socket.destroy();
    }
  }
}
