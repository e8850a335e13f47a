import assert from 'node:assert/strict';
import fc from 'fast-check';
import { questionIn, Turnstile } from '../../../ui/widgets/questions.ts';

describe('what a page may ask', () => {
  it('is a span, and a date in it, for itself', () => {
    const payload = { span: 'month', date: '2026-06-21' };
    assert.deepEqual(questionIn({ ...payload, template: 'x', from: 1 }, 'page'), {
      topic: 'history/query',
      payload,
      socketid: 'page',
    });
    assert.deepEqual(questionIn({ span: 'day' }, 'page')?.payload, { span: 'day' });
  });

  it('is nothing else', () => {
    const wrong: [unknown, unknown][] = [
      [{ span: 'decade' }, 'page'],
      [{ span: ['day'] }, 'page'],
      [{ span: 'day', date: '21.6.2026' }, 'page'],
      [{ span: 'day', date: 20260621 }, 'page'],
      [{ span: 'day', date: null }, 'page'],
      [{ span: 'day', date: '2026-06-21\n' }, 'page'],
      [undefined, 'page'],
      [{ span: 'day' }, undefined],
      [{ span: 'day' }, ''],
      [{ span: 'day' }, ['a', 'b']],
    ];
    for (const [sent, page] of wrong) assert.equal(questionIn(sent, page), null);
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (sent, page) => void questionIn(sent, page)),
    );
  });

  it('is as much as a household can ask, however fast it is asked', () => {
    const turnstile = new Turnstile();
    const admitted = (fromMs: number, toMs: number) => {
      let count = 0;
      for (let ms = fromMs; ms < toMs; ms += 1) if (turnstile.admits(ms)) count += 1;
      return count;
    };
    assert.equal(admitted(0, 100), 20);
    assert.equal(admitted(100, 10_100), 40);
    assert.equal(turnstile.admits(30_000), true);
  });
});
