/** How something long is told over the control socket: how far it is, line by line, then its result. */

/** So many steps of so many are done. */
export type Progress = (done: number, of: number) => void;

/**
 * Runs `work` and gives `{ progress: { done, of } }` as often as whoever listens can take it, then
 * `{ result }`.
 * @throws what `work` throws
 */
export async function* inLines(
  work: (progress: Progress) => Promise<unknown>,
): AsyncGenerator<unknown, void> {
  let newest: { done: number; of: number } | null = null;
  let wake = () => {};
  const ended = work((done, of) => {
    newest = { done, of };
    wake();
  }).then((result) => ({ result: result ?? null }));
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<null>();
    wake = () => resolve(null);
    const line = await (newest === null ? Promise.race([ended, promise]) : null);
    if (line !== null) {
      yield line;
      return;
    }
    const progress = newest;
    newest = null;
    if (progress !== null) yield { progress };
  }
}
