import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { asMinute, readMinutes } from '../../../nodes/journal/minutes.ts';
import { readJsonLines, realDisk, replaceWhole } from '../../../nodes/site/jsonl.ts';
import { minuteAt, recordsFolder } from '../journal/samples.ts';

async function readAll(file: string) {
  const tally = { bad: 0 };
  const values: unknown[] = [];
  for await (const value of readJsonLines(file, tally)) values.push(value);
  return { values, bad: tally.bad };
}

describe('lines on disk', () => {
  it('cuts a tail torn at any byte before the first append, and nothing else', async () => {
    const folder = recordsFolder();
    const kept = '{"n":1}\n{"n":2}\n';
    const last = '{"n":3,"text":"Ärger"}\n';
    const bytes = Buffer.from(kept + last);
    for (let length = 0; length <= bytes.length; length++) {
      const file = join(folder, `${length}.jsonl`);
      writeFileSync(file, bytes.subarray(0, length));
      const whole = bytes.subarray(0, length).lastIndexOf(0x0a) + 1;
      const appender = await realDisk.open(file);
      await appender.append('{"n":4}\n');
      await appender.close();
      assert.equal(readFileSync(file, 'utf8'), `${bytes.subarray(0, whole)}{"n":4}\n`);
    }
  });

  it('cuts a torn tail of any size', async () => {
    const file = join(recordsFolder(), 'long.jsonl');
    writeFileSync(file, `{"n":1}\n${'x'.repeat(200_000)}`);
    await (await realDisk.open(file)).close();
    assert.equal(readFileSync(file, 'utf8'), '{"n":1}\n');
    writeFileSync(file, 'x'.repeat(200_000));
    await (await realDisk.open(file)).close();
    assert.equal(readFileSync(file, 'utf8'), '');
  });

  it('reads a file torn at any byte as the lines that are whole', async () => {
    const file = join(recordsFolder(), 'torn.jsonl');
    const bytes = Buffer.from('{"n":1}\n{"n":2}\n');
    for (let length = 0; length <= bytes.length; length++) {
      writeFileSync(file, bytes.subarray(0, length));
      const { values, bad } = await readAll(file);
      assert.equal(values.length, Math.floor((length + 1) / 8));
      assert.equal(bad, (length + 1) % 8 > 1 ? 1 : 0);
    }
  });

  it('loses one line to one bad line', async () => {
    const file = join(recordsFolder(), 'odd.jsonl');
    writeFileSync(
      file,
      Buffer.concat([
        Buffer.from('\uFEFF{"n":1}\r\n{"n":2}\r\n'),
        Buffer.from([0, 0, 0]),
        Buffer.from('{"n":3}\n'),
        Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
        Buffer.from('\n{"n":\n{"n":4}\n'),
        Buffer.alloc(64),
      ]),
    );
    const { values, bad } = await readAll(file);
    assert.deepEqual(values, [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
    assert.equal(bad, 2);
  });

  it('gives every good line, whatever lies between them', async () => {
    const file = join(recordsFolder(), 'mixed.jsonl');
    // No byte of it ends a line, and none begins a value.
    const junk = fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((bytes) => Buffer.from([0xff, ...bytes.map((byte) => (byte === 0x0a ? 0 : byte))]));
    const good = fc.record(
      { n: fc.integer(), text: fc.string({ unit: 'binary' }) },
      {
        noNullPrototype: true,
      },
    );
    const line = fc.oneof(
      good.map((value) => ({ value, bytes: Buffer.from(JSON.stringify(value)) })),
      junk.map((bytes) => ({ value: null, bytes })),
    );
    const ends = fc.constantFrom('\n', '\r\n', '\n\n', '\n\0\0');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(line, ends)), async (lines) => {
        const text = lines.flatMap(([{ bytes }, end]) => [bytes, Buffer.from(end)]);
        writeFileSync(file, Buffer.concat(text));
        const { values, bad } = await readAll(file);
        const expected = lines.flatMap(([{ value }]) => value ?? []);
        assert.deepEqual(values, expected);
        assert.equal(bad, lines.length - expected.length);
      }),
      { numRuns: 200 },
    );
  });

  it('reads past a hole as long as a file without holding all of it', async () => {
    const file = join(recordsFolder(), 'hole.jsonl');
    writeFileSync(file, '{"n":1}\n');
    truncateSync(file, 40 * 1024 * 1024);
    writeFileSync(file, '{"n":2}\n', { flag: 'a' });
    const startMs = performance.now();
    assert.deepEqual((await readAll(file)).values, [{ n: 1 }, { n: 2 }]);
    // Looked through again with each piece it would take minutes.
    assert.ok(performance.now() - startMs < 10_000);
  });

  it('reads archives, and of a damaged one what it gives back', async () => {
    const folder = recordsFolder();
    const text = Array.from({ length: 5000 }, (_, n) => `{"n":${n},"x":${Math.random()}}\n`).join(
      '',
    );
    const bytes = gzipSync(text);
    writeFileSync(join(folder, 'good.gz'), bytes);
    writeFileSync(join(folder, 'torn.gz'), bytes.subarray(0, bytes.length / 2));
    assert.deepEqual((await readAll(join(folder, 'good.gz'))).values.length, 5000);
    const torn = await readAll(join(folder, 'torn.gz'));
    assert.ok(torn.bad >= 1 && torn.values.length < 5000);
    assert.deepEqual(await readAll(join(folder, 'none.gz')), { values: [], bad: 0 });
  });

  it('replaces a file as a whole or not at all', async () => {
    const folder = recordsFolder();
    const file = join(folder, 'state.json');
    await replaceWhole(file, 'one');
    await replaceWhole(file, 'two');
    assert.equal(readFileSync(file, 'utf8'), 'two');
    const blocked = join(folder, 'folder');
    mkdirSync(join(blocked, 'inside'), { recursive: true });
    await assert.rejects(replaceWhole(blocked, 'three'));
    assert.equal(existsSync(`${blocked}.tmp`), false);
  });
});

describe('minute files', () => {
  it('lose no minute but the last to a tail torn at any byte, and take the next', async () => {
    // In memory: there are a thousand flushes.
    const records = existsSync('/dev/shm') ? recordsFolder('/dev/shm') : recordsFolder();
    const day = join(records, 'minute', '2026-06-21.jsonl');
    mkdirSync(join(records, 'minute'));
    const [one, two, next] = [0, 1, 2].map((n) =>
      Buffer.from(`${JSON.stringify(minuteAt(`2026-06-21T12:0${n}:00.000Z`))}\n`),
    );
    assert.ok(one && two && next);
    const stretch = { fromMs: 0, toMs: Date.parse('2027-01-01T00:00:00Z') };
    for (let length = 0; length <= two.length; length++) {
      for (const tail of [Buffer.alloc(0), Buffer.alloc(512)]) {
        writeFileSync(day, Buffer.concat([one, two.subarray(0, length), tail]));
        const appender = await realDisk.open(day);
        await appender.append(next.toString());
        await appender.close();
        const { minutes, bad } = await readMinutes(records, stretch);
        const kept: number[] = length === two.length ? [0, 1, 2] : [0, 2];
        assert.deepEqual(
          minutes.map(({ ts, covered_s }) => [ts.slice(14, 16), covered_s]),
          kept.map((n) => [`0${n}`, 60]),
        );
        assert.equal(bad, 0);
      }
    }
  });

  it('count a line that is there twice once', async () => {
    const records = recordsFolder();
    mkdirSync(join(records, 'minute'));
    const line = `${JSON.stringify(minuteAt('2026-06-21T12:00:00.000Z'))}\n`;
    writeFileSync(join(records, 'minute', '2026-06-21.jsonl'), line + line);
    writeFileSync(join(records, 'minute', '2026-06-21.jsonl.gz'), gzipSync(line));
    const stretch = { fromMs: 0, toMs: Date.parse('2027-01-01T00:00:00Z') };
    const { minutes } = await readMinutes(records, stretch);
    assert.deepEqual(
      minutes.map(({ covered_s }) => covered_s),
      [60],
    );
  });

  it('gives the minutes of a stretch, from open and closed days', async () => {
    const records = recordsFolder();
    mkdirSync(join(records, 'minute'));
    const write = (name: string, ...lines: object[]) => {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      const bytes = name.endsWith('.gz') ? gzipSync(text) : text;
      writeFileSync(join(records, 'minute', name), bytes);
    };
    const at = (ts: string, more = {}) => minuteAt(`2026-06-${ts}:00.000Z`, more);
    write('2026-06-20.jsonl.gz', at('20T23:58'), at('20T23:59'));
    write('2026-06-20.jsonl', at('20T23:59', { run: 'r2' }));
    write('2026-06-21.jsonl', at('21T00:01'), { v: 9 }, at('21T00:00'));
    write('2026-06-22.jsonl', at('22T00:00'));
    write('notes.txt', at('21T00:00'));
    const { minutes, bad } = await readMinutes(records, {
      fromMs: Date.parse('2026-06-20T23:59:00Z'),
      toMs: Date.parse('2026-06-21T00:01:00Z'),
    });
    assert.deepEqual(
      minutes.map(({ ts, covered_s }) => [ts, covered_s]),
      [
        ['2026-06-20T23:59:00.000Z', 120],
        ['2026-06-21T00:00:00.000Z', 60],
      ],
    );
    assert.equal(bad, 1);
  });

  it('knows a minute record when it sees one', () => {
    const good = minuteAt('2026-06-21T12:00:00.000Z');
    assert.equal(asMinute(good), good);
    const others = [
      null,
      3,
      [],
      { ...good, v: 2 },
      { ...good, ts: '2026-06-21T12:00:01.000Z' },
      { ...good, ts: '2026-06-21T12:00:00Z' },
      { ...good, ts: 'noon' },
      { ...good, rev: '1' },
      { ...good, energy: null },
    ];
    for (const other of others) assert.equal(asMinute(other), null);
  });

  it('believes no outage longer than a year or beyond its minute, and loses no energy of it', () => {
    const energy = { import_kwh: 2 };
    const read = (from: string, to: string) => {
      const recovered = { from, to, energy, channels: {} };
      const minute = asMinute({ ...minuteAt('2026-06-21T12:00:00.000Z'), recovered });
      assert.equal(minute?.recovered?.energy, energy);
      return [minute?.recovered?.from, minute?.recovered?.to];
    };
    const [yearAgo, start, end] = [
      '2025-06-20T12:00:00.000Z',
      '2026-06-21T12:00:00.000Z',
      '2026-06-21T12:01:00.000Z',
    ];
    const usual = ['2026-06-21T11:00:00.000Z', '2026-06-21T12:00:05.000Z'] as const;
    assert.deepEqual(read(...usual), usual);
    assert.deepEqual(read('1969-12-31T00:00:06.000Z', usual[1]), [yearAgo, usual[1]]);
    assert.deepEqual(read(usual[0], '2031-01-01T00:00:00.000Z'), [usual[0], end]);
    assert.deepEqual(read('1969-12-31T00:00:00.000Z', '1970-01-01T00:00:00.000Z'), [start, end]);
    assert.deepEqual(read('2031-01-01T00:00:00.000Z', '2032-01-01T00:00:00.000Z'), [start, end]);
  });
});
