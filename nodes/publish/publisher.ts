/**
 * Publishes a site to MQTT: decides what goes under which topic, keeps a connection, and dials again,
 * ever more rarely, when it is lost. Nothing waits for the broker, and nothing piles up without it.
 */
import type { Snapshot } from '../balance/snapshot.ts';
import type { Fault } from '../health/faults.ts';
import type { HealthReport } from '../health/report.ts';
import type { Clock, Timer } from '../site/clock.ts';
import { asError } from '../site/errors.ts';
import type { Broker } from './broker.ts';
import type { Dial, Link } from './link.ts';
import { Standing } from './standing.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** So many retained topics of before are looked at. */
const MOST_FOUND = 1_000;

export interface PublisherOptions {
  broker: Broker;
  clientId: string;
  /** What the topics begin with. */
  topic: string;
  clock: Clock;
  dial: Dial;
  /** Told whether there is a connection, and why there is none. */
  changed: (isUp: boolean, reason: Error | null) => void;
}

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #standing = new Standing();
  /** Kept by the broker, perhaps since another start: what is over there must go. */
  readonly #found = new Set<string>();
  #link: Link | null = null;
  #upMs: number | null = null;
  #isClosed = false;
  #isSending = false;
  #waitMs = FIRST_WAIT_MS;
  #redial: Timer | null = null;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#standing.set(this.#topic('status'), 'online');
    this.#dial();
  }

  /** The newest counts: one that finds the one before it still on its way is left out. */
  snapshot(snapshot: Snapshot): void {
    if (this.#upMs === null || this.#isSending || this.#link === null) return;
    this.#isSending = true;
    const link = this.#link;
    const sent = () => {
      if (this.#link === link) this.#isSending = false;
    };
    const text = JSON.stringify(snapshot);
    link.publish(this.#topic('snapshot'), text, { qos: 0, retain: false }).then(sent, sent);
  }

  fault(fault: Fault): void {
    const text = fault.cleared_at === undefined ? JSON.stringify(fault) : '';
    this.#standing.set(this.#faultTopic(fault), text);
  }

  /** It also tells which faults there are: no other may stand at the broker. */
  health({ status, modbus_status, storage, errors, faults, version, simulated }: HealthReport) {
    const short = { status, modbus_status, storage, errors, version, simulated };
    this.#standing.set(this.#topic('health'), JSON.stringify(short));
    const active = new Set(faults.map((fault) => this.#faultTopic(fault)));
    const isOfFault = (topic: string) => topic.startsWith(this.#topic('fault/'));
    for (const topic of [...this.#standing.topics(), ...this.#found]) {
      if (isOfFault(topic) && !active.has(topic)) this.#standing.set(topic, '');
    }
    this.#found.clear();
  }

  /** Says goodbye where there is a connection. Rejects with the system's error. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#redial?.cancel();
    const link = this.#link;
    if (link === null) return;
    const gone = { qos: 1, retain: true } as const;
    try {
      if (this.#upMs !== null) await link.publish(this.#topic('status'), 'offline', gone);
    } finally {
      await link.close();
    }
  }

  #dial(): void {
    const { broker, clientId, dial } = this.#options;
    const will = { topic: this.#topic('status'), text: 'offline' };
    const events = {
      up: () => this.#up(),
      found: (topic: string) => void (this.#found.size < MOST_FOUND && this.#found.add(topic)),
      down: (reason: Error | null) => this.#down(reason),
    };
    dial({ broker, clientId, will, events }).then(
      (link) => this.#dialled(link),
      (thrown) => this.#down(asError(thrown)),
    );
  }

  #dialled(link: Link): void {
    this.#link = link;
    if (this.#isClosed) link.close().catch(() => undefined);
  }

  #up(): void {
    const link = this.#link;
    if (link === null || this.#isClosed) return;
    this.#upMs = this.#options.clock.mono();
    this.#isSending = false;
    link.ask(`${this.#topic('fault')}/#`);
    this.#standing.use(link);
    this.#options.changed(true, null);
  }

  #down(reason: Error | null): void {
    const { clock, changed } = this.#options;
    // Only a connection that has lasted shows that all is well again.
    const lastedMs = this.#upMs === null ? 0 : clock.mono() - this.#upMs;
    if (lastedMs >= LONGEST_WAIT_MS) this.#waitMs = FIRST_WAIT_MS;
    this.#link = null;
    this.#upMs = null;
    this.#standing.use(null);
    if (this.#isClosed) return;
    changed(false, reason);
    this.#redial = clock.after(this.#waitMs, () => this.#dial());
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
  }

  #faultTopic({ id, source }: Pick<Fault, 'id' | 'source'>): string {
    // No wildcard may be published to, and a message of somebody's own may hold anything.
    return this.#topic(`fault/${id}/${source}`.replace(/[+#\0]/g, '_'));
  }

  #topic(rest: string): string {
    return `${this.#options.topic}/${rest}`;
  }
}
