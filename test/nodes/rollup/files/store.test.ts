import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MinuteStore } from '../../../../nodes/journal/minute-store.ts';
import { minuteFile } from '../../../../nodes/rollup/files/minute-days.ts';
import { type RecordDisk, recordDisk } from '../../../../nodes/rollup/files/store.ts';
import { quarterLines } from '../../../../nodes/rollup/reconcile/reconcile-quarters.ts';
import { makeQuarters } from '../../../../nodes/rollup/sums/quarter.ts';
import { systemClock } from '../../../../nodes/site/clock.ts';
import { removeUnchanged } from '../../../../nodes/site/jsonl.ts';
import { minutesFrom } from '../minutes-of.ts';
import { emptyRecords } from '../records-home.ts';

const DAY = '2026-05-01';
const MINUTES = minutesFrom(Date.parse(`${DAY}T00:00Z`), 400);
const lineOf = (value: unknown) => `${JSON.stringify(value)}\n`;

describe('a file of minutes that the journal adds to', () => {
  let records: string;
  let plain: string;
  beforeEach(() => {
    records = emptyRecords();
    plain = join(records, `minute/${DAY}.jsonl`);
    mkdirSync(dirname(plain), { recursive: true });
  });

  const timesIn = async () => {
    const { known, bad } = await minuteFile(recordDisk, records, DAY).read();
    assert.equal(bad, 0);
    return [...known.values()].map(({ record }) => record.ts);
  };

  it('loses no line while it is packed over and over', async () => {
    const store = new MinuteStore({
      records,
      clock: systemClock,
      onWritten: () => undefined,
      onState: ({ ok }) => assert.ok(ok),
    });
    let writes = true;
    const packing = (async () => {
      while (writes) await minuteFile(recordDisk, records, DAY).close();
    })();
    for (const minute of MINUTES) await store.add([minute]);
    writes = false;
    await packing;
    await store.close();
    assert.deepEqual(
      await timesIn(),
      MINUTES.map(({ ts }) => ts),
    );
  });

  it('keeps a line that was added after somebody has read it, and before it is written', async () => {
    const [first, late, imported] = MINUTES.map(lineOf);
    writeFileSync(plain, `${first}`);
    appendFileSync(plain, `${late}`);
    const merged = [first, imported].map((line) => `${line}`.trimEnd());
    assert.equal(await minuteFile(recordDisk, records, DAY).write(merged), true);
    assert.equal((await timesIn()).length, 3);
    assert.equal(readFileSync(plain, 'utf8'), `${first}${late}`);
    await minuteFile(recordDisk, records, DAY).close();
    assert.ok(!existsSync(plain));
    assert.equal((await timesIn()).length, 3);
  });

  it('keeps a line that was added while the packed file was written', async () => {
    const [first, late] = MINUTES.map(lineOf);
    writeFileSync(plain, `${first}`);
    const slow: RecordDisk = {
      ...recordDisk,
      async replace(file, bytes) {
        await recordDisk.replace(file, bytes);
        appendFileSync(plain, `${late}`);
      },
    };
    await minuteFile(slow, records, DAY).close();
    assert.equal((await timesIn()).length, 2);
  });

  it('is there again with what was added until it was gone', async () => {
    for (let turn = 0; turn < 200; turn += 1) {
      writeFileSync(plain, 'a\n');
      const [isGone] = await Promise.all([removeUnchanged(plain, 'a\n'), appendFile(plain, 'b\n')]);
      // Either the line came after it was gone, or nothing of the file is lost but what was known.
      const left = existsSync(plain) ? readFileSync(plain, 'utf8') : '';
      assert.match(left, isGone ? /^(b\n)?$/ : /^(a\n)?b\n$/);
    }
  });
});

describe('what could not be understood of a file', () => {
  const at = (hour: string) => Date.parse(`${DAY}T${hour}:00:00Z`);
  const quarters = makeQuarters(minutesFrom(at('00'), 60)).map((line) => JSON.stringify(line));
  let records: string;
  let file: string;
  beforeEach(() => {
    records = emptyRecords();
    file = join(records, 'quarter/2026-05.jsonl');
    mkdirSync(dirname(file), { recursive: true });
  });
  const mendAfter = async (damage: string) => {
    writeFileSync(file, damage);
    await quarterLines(recordDisk, records, '2026-05').write(quarters);
  };
  const kept = () =>
    readdirSync(dirname(file))
      .filter((name) => name.endsWith('.damaged'))
      .sort()
      .map((name) => [name, readFileSync(join(dirname(file), name), 'utf8')]);

  it('is kept beside it, also when that happens again', async () => {
    await mendAfter('first\n');
    await mendAfter('second\n');
    await mendAfter('first\n');
    assert.deepEqual(kept(), [
      ['2026-05.jsonl.2.damaged', 'second\n'],
      ['2026-05.jsonl.damaged', 'first\n'],
    ]);
  });

  it('fills no disk', async () => {
    for (let index = 0; index < 12; index += 1) await mendAfter(`${index}\n`);
    assert.equal(kept().length, 9);
    assert.equal(kept().at(-1)?.[1], '0\n');
  });
});
