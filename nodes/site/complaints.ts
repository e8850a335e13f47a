/**
 * Decides whether a complaint is news: what is wrong with every message is said with the first, and
 * again only when something else is wrong.
 */

/** Beyond so many, those told longest ago are forgotten: names come from messages, without end. */
const MOST = 200;

export class Complaints {
  readonly #told = new Map<string, string>();

  /** @param about  whom it is about, such as a message's topic */
  isNews(about: string, text: string): boolean {
    if (this.#told.get(about) === text) return false;
    this.#told.set(about, text);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST && oldest !== undefined) this.#told.delete(oldest);
    return true;
  }
}
