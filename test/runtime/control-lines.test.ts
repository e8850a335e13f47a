import assert from 'node:assert/strict';
import { inLines, type Progress } from '../../runtime/control-lines.ts';

describe('something long over the control socket', () => {
  async function linesOf(work: (progress: Progress) => Promise<unknown>, slowly = false) {
    const lines: unknown[] = [];
    for await (const line of inLines(work)) {
      lines.push(line);
      if (slowly) await new Promise(setImmediate);
    }
    return lines;
  }

  it('tells how far it is, and then what came of it', async () => {
    const lines = await linesOf(async (progress) => {
      progress(0, 2);
      await new Promise(setImmediate);
      progress(1, 2);
      await new Promise(setImmediate);
      return { well: true };
    });
    assert.deepEqual(lines, [
      { progress: { done: 0, of: 2 } },
      { progress: { done: 1, of: 2 } },
      { result: { well: true } },
    ]);
  });

  it('has a result when it has nothing else to tell', async () => {
    assert.deepEqual(await linesOf(async () => undefined), [{ result: null }]);
  });

  it('tells the newest only to whoever is slow', async () => {
    const lines = await linesOf(async (progress) => {
      for (let done = 0; done < 1000; done++) progress(done, 1000);
      await new Promise(setImmediate);
      return 'done';
    }, true);
    assert.deepEqual(lines, [{ progress: { done: 999, of: 1000 } }, { result: 'done' }]);
  });

  it('fails as the work fails, at once or later', async () => {
    await assert.rejects(
      linesOf(async () => {
        throw new Error('at once');
      }),
      /at once/,
    );
    const later = linesOf(async (progress) => {
      progress(1, 2);
      await new Promise(setImmediate);
      throw new Error('later');
    });
    await assert.rejects(later, /later/);
  });
});
