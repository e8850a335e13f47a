/**
 * What is to stand at the broker under retained topics. It remembers only the newest text of each, so
 * that any outage of the broker costs no more memory than the topics themselves.
 */
import type { Link } from './link.ts';

/** More than any site has: what comes on top is not from us. */
const MOST_TOPICS = 1_000;

interface Entry {
  /** Empty: nothing is to stand there. */
  text: string;
  isSent: boolean;
  isOnItsWay: boolean;
}

export class Standing {
  readonly #entries = new Map<string, Entry>();
  #link: Link | null = null;

  /** A new connection: the broker may know nothing, or what is long over. Null: there is none. */
  use(link: Link | null): void {
    this.#link = link;
    for (const entry of this.#entries.values()) {
      entry.isSent = false;
      entry.isOnItsWay = false;
    }
    for (const [topic, entry] of this.#entries) this.#send(topic, entry);
  }

  set(topic: string, text: string): void {
    const known = this.#entries.get(topic);
    if (known?.text === text) return;
    if (known === undefined && this.#entries.size >= MOST_TOPICS) return;
    const entry = { text, isSent: false, isOnItsWay: known?.isOnItsWay ?? false };
    this.#entries.set(topic, entry);
    this.#send(topic, entry);
  }

  /** Topics under which something is to stand. */
  topics(): string[] {
    return [...this.#entries].flatMap(([topic, { text }]) => (text === '' ? [] : topic));
  }

  /** One at a time for each topic, so that the last to arrive is the newest. */
  #send(topic: string, entry: Entry): void {
    const link = this.#link;
    if (link === null || entry.isSent || entry.isOnItsWay) return;
    entry.isOnItsWay = true;
    const arrived = () => {
      if (this.#link === link) this.#arrived(topic, entry);
    };
    // What did not arrive is sent again over the next connection; this one is ending.
    link.publish(topic, entry.text, { qos: 1, retain: true }).then(arrived, () => undefined);
  }

  #arrived(topic: string, sent: Entry): void {
    sent.isSent = true;
    const now = this.#entries.get(topic);
    if (now === undefined) return;
    now.isOnItsWay = false;
    if (now !== sent) this.#send(topic, now);
    else if (now.text === '') this.#entries.delete(topic);
  }
}
