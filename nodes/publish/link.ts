/** One connection to a broker, from its beginning to its end: another one is dialled, none is revived. */
import type { MqttClient } from 'mqtt';
import { asError } from '../site/errors.ts';
import type { Broker } from './broker.ts';

const CONNECT_WITHIN_MS = 10_000;
/** A broker that vanished without a word is missed after one and a half of it. */
const KEEPALIVE_S = 30;

export interface LinkEvents {
  up(): void;
  /** The broker has kept something under the topics that were asked for. */
  found(topic: string): void;
  /** It has ended, or never began. Told once. */
  down(reason: Error | null): void;
}

export interface Link {
  /** Resolves when the broker has it (QoS 1), or when it is on its way (QoS 0). */
  publish(topic: string, text: string, options: { qos: 0 | 1; retain: boolean }): Promise<void>;
  /** Asks what the broker has kept under a topic filter. */
  ask(filter: string): void;
  /** Ends once what was published has arrived. */
  close(): Promise<void>;
}

export interface DialOptions {
  broker: Broker;
  /** At most one connection of a name is kept by the broker, the newest. */
  clientId: string;
  /** What the broker says for us, and keeps, when we vanish. */
  will: { topic: string; text: string };
  events: LinkEvents;
}

export type Dial = (options: DialOptions) => Promise<Link>;

/** Loads the MQTT library only now: a site without a broker does without it. */
export const dial: Dial = async ({ broker: { url, ...login }, clientId, will, events }) => {
  const { connect } = await import('mqtt');
  const client = connect(url, {
    ...login,
    clientId,
    clean: true,
    connectTimeout: CONNECT_WITHIN_MS,
    keepalive: KEEPALIVE_S,
    reconnectPeriod: 0,
    queueQoSZero: false,
    will: { topic: will.topic, payload: Buffer.from(will.text), qos: 1, retain: true },
  });
  listen(client, events);
  return {
    publish: async (topic, text, options) => {
      await client.publishAsync(topic, text, options);
    },
    // Where the broker refuses, nothing is found.
    ask: (filter) => void client.subscribeAsync(filter, { qos: 0 }).catch(() => undefined),
    close: () => client.endAsync(),
  };
};

function listen(client: MqttClient, { up, found, down }: LinkEvents): void {
  let reason: Error | null = null;
  let isOver = false;
  client.on('connect', up);
  client.on('message', (topic, payload, { retain }) => {
    if (retain && payload.length > 0) found(topic);
  });
  const over = () => {
    if (isOver) return;
    isOver = true;
    client.end(true);
    down(reason);
  };
  client.on('error', (thrown) => {
    reason = asError(thrown);
    over();
  });
  client.on('close', over);
}
