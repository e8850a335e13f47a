/** Asks the person, or the script, one question after another; the answers are lines. */
import type { CommandContext } from '../command.ts';

export class Questions {
  readonly isTerminal: boolean;
  readonly #context: CommandContext;
  readonly #lines: AsyncIterator<string> | null;
  readonly #stopped: Promise<null>;
  /** A line that was waited for and has not come yet: the next question gets it. */
  #coming: Promise<string | null> | null = null;

  constructor(context: CommandContext, stop: AbortSignal) {
    this.#context = context;
    this.#lines = context.input?.lines()[Symbol.asyncIterator]() ?? null;
    this.isTerminal = context.input?.isTerminal === true;
    this.#stopped = new Promise((resolve) => {
      if (stop.aborted) resolve(null);
      stop.addEventListener('abort', () => resolve(null), { once: true });
    });
  }

  /** @returns what was answered, without blanks round it; null where no answer comes any more */
  async ask(text: string): Promise<string | null> {
    this.#context.out.paragraph(this.#context.out.paint('bold', `> ${text}`), 2, 2);
    return this.typed();
  }

  /**
   * Asks until it is told one of the words, to leave something out (`s` and a reason), or to stop (`q`):
   * a slip of the finger goes past nothing.
   * @param no  what is said of any other answer
   */
  async choose(
    text: string,
    words: readonly string[],
    no: (text: string) => string,
  ): Promise<string | null> {
    for (;;) {
      const typed = await this.ask(text);
      if (typed === null || typed === 'q' || /^s(\s|$)/.test(typed)) return typed;
      if (words.includes(typed)) return typed;
      this.tell(no(typed));
    }
  }

  tell(text: string): void {
    this.#context.out.paragraph(text, 2);
  }

  /** The next line, or null. */
  async typed(): Promise<string | null> {
    this.#coming ??= this.#next();
    const line = await Promise.race([this.#coming, this.#stopped]);
    if (line !== null) this.#coming = null;
    return line;
  }

  /** Lets go of the input: else the program would wait for it for ever. */
  end(): void {
    void this.#lines?.return?.();
  }

  async #next(): Promise<string | null> {
    const result = await this.#lines?.next();
    return result === undefined || result.done === true ? null : result.value.trim();
  }
}
