import assert from 'node:assert/strict';
import type { HistoryQuestion } from '../../../nodes/history/question.ts';
import { acquireReader, type Reader } from '../../../nodes/history/reader.ts';
import { sampleSite } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { minuteOf, siteWith } from './samples.ts';

const fake = new URL('./fake-worker.ts', import.meta.url);
const NOON = Date.parse('2026-06-21T12:00:00Z');

function question(wish = ''): HistoryQuestion {
  const stretch = { fromMs: NOON - 3_600_000, toMs: NOON, nowMs: NOON };
  const fields = wish === '' ? null : [wish];
  return { kind: 'history', ...stretch, resolution: '1m', fields, format: 'json' };
}

describe('the reader', () => {
  let clock: VirtualClock;
  let site: ReturnType<typeof sampleSite>;
  const held: Reader[] = [];
  const acquire = (worker: URL | undefined = fake) => {
    const reader = acquireReader(site, worker ? { clock, worker } : { clock });
    held.push(reader);
    return reader;
  };
  /** Which thread answers, how many texts it has sent, and which questions were taken back. */
  const look = async (reader: Reader) => {
    const { head } = await reader.ask(question('head'));
    const [thread = '', texts = '', cancelled = ''] = String(head.resolution).split(' ');
    return { thread, texts: Number(texts), cancelled };
  };
  const failsWith = (asked: Promise<unknown>, code: string, message = /./) =>
    assert.rejects(asked, (thrown: { code?: string; message: string }) => {
      assert.equal(thrown.code, code);
      assert.match(thrown.message, message);
      return true;
    });

  beforeEach(() => {
    clock = new VirtualClock();
    const { records, config } = siteWith([minuteOf(NOON - 60_000, 2)], { zone: 'UTC' });
    site = sampleSite({}, { config, paths: { ...sampleSite().paths, records, data: records } });
  });
  afterEach(async () => {
    await Promise.all(held.splice(0).map((reader) => reader.release()));
    assert.equal(clock.waiting, 0);
  });

  it('reads the files in its real thread', async () => {
    const reader = acquireReader(site, { clock });
    held.push(reader);
    const { head, text } = await reader.ask(question());
    assert.equal(head.resolution, '1m');
    const parts: Uint8Array[] = [];
    for await (const part of text) parts.push(Buffer.from(part));
    const told = JSON.parse(Buffer.concat(parts).toString());
    assert.deepEqual(
      told.records.map(({ ts, import_kwh }: Record<string, unknown>) => [ts, import_kwh]),
      [['2026-06-21T11:59:00+00:00', 0.0002]],
    );
  });

  it('is one for all who read the same records, until the last lets it go', async () => {
    const [one, two] = [acquire(), acquire()];
    const { thread } = await look(one);
    assert.equal((await look(two)).thread, thread);
    await one.release();
    await one.release();
    assert.equal((await look(two)).thread, thread);
    await two.release();
    assert.notEqual((await look(acquire())).thread, thread);
  });

  it('lets its thread go after a minute without a question', async () => {
    const reader = acquire();
    const { thread } = await look(reader);
    await clock.advance(59_000);
    assert.equal((await look(reader)).thread, thread);
    await clock.advance(60_000);
    assert.equal(clock.waiting, 0);
    assert.notEqual((await look(reader)).thread, thread);
  });

  it('reads no further than it is listened to', async () => {
    const reader = acquire();
    const { text } = await reader.ask(question());
    let heard = 0;
    for await (const _ of text) {
      heard += 1;
      if (heard < 5) continue;
      // One text is always read ahead.
      assert.ok((await look(reader)).texts <= 6);
      break;
    }
    assert.equal((await look(reader)).cancelled, '1');
  });

  it('stops when nobody wants the answer any more', async () => {
    const reader = acquire();
    const over = new AbortController();
    const asked = reader.ask(question('wait'), over.signal);
    over.abort();
    await failsWith(asked, 'history_failed', /withdrawn/);
    assert.equal((await look(reader)).cancelled, '1');
    await failsWith(reader.ask(question(), over.signal), 'history_failed', /withdrawn/);
  });

  it('has eight questions open and not one more', async () => {
    const reader = acquire();
    const over = new AbortController();
    const asked = Array.from({ length: 8 }, () => reader.ask(question('wait'), over.signal));
    const ended = Promise.allSettled(asked);
    await failsWith(reader.ask(question('head')), 'busy');
    over.abort();
    await ended;
    assert.ok((await look(reader)).thread);
  });

  it('says what is wrong with a question, and goes on', async () => {
    const reader = acquire();
    const { thread } = await look(reader);
    await failsWith(reader.ask(question('refuse')), 'not_kept');
    assert.equal((await look(reader)).thread, thread);
  });

  it('fails all questions when the thread dies, and takes a new one for the next', async () => {
    const reader = acquire();
    for (const end of ['die', 'exit']) {
      const waiting = reader.ask(question('wait'));
      const fatal = reader.ask(question(end));
      await Promise.all([
        failsWith(waiting, 'history_failed', /out of luck|ended/),
        failsWith(fatal, 'history_failed', /out of luck|ended/),
      ]);
      assert.ok((await look(reader)).thread);
    }
  });

  it('gives up a thread that does not answer for half a minute', async () => {
    const reader = acquire();
    const { thread } = await look(reader);
    const waiting = failsWith(reader.ask(question('wait')), 'history_failed', /too long/);
    await clock.advance(30_000);
    await waiting;
    assert.notEqual((await look(reader)).thread, thread);
  });

  it('starts no thread any more once all have let it go', async () => {
    const reader = acquire();
    const { text } = await reader.ask(question());
    const texts = text[Symbol.asyncIterator]();
    await texts.next();
    await reader.release();
    await assert.rejects(async () => {
      while (!(await texts.next()).done);
    }, /stopped|withdrawn/);
    await failsWith(reader.ask(question('head')), 'history_failed');
  });
});
