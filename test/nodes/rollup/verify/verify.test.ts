import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Rebuilt, rebuild } from '../../../../nodes/rollup/reconcile/rebuild-job.ts';
import { reconcile } from '../../../../nodes/rollup/reconcile/reconcile.ts';
import { type Verified, verify } from '../../../../nodes/rollup/verify/verify-job.ts';
import { temporaryFolder } from '../../../support/appliance.ts';
import { configOf } from '../correct/twin-homes.ts';
import { bytesOf, contextAt, writeDays } from '../kept-home.ts';

const CONFIG = configOf(
  { mains: { role: 'grid' }, pv: { role: 'solar' } },
  { site: { timezone: 'America/Chicago' } },
);
const NOW = '2026-07-02T15:07:00.000Z';

describe('verify and rebuild', () => {
  let folder: string;
  let sound: Record<string, string>;

  beforeEach(async () => {
    folder = temporaryFolder();
    const days = ['2026-06-29', '2026-06-30', '2026-07-01'];
    writeDays(folder, { days, config: CONFIG, shown: { mains: 0.01, pv: 0.02 } });
    await reconcile(contextAt(folder, CONFIG, NOW));
    sound = bytesOf(folder);
  });

  const look = async () => (await verify(contextAt(folder, CONFIG, NOW), null)) as Verified;
  const mend = async () => (await rebuild(contextAt(folder, CONFIG, NOW), null)) as Rebuilt;
  const path = (name: string) => join(folder, name);
  /** Changes the text of a file by hand. */
  function tamper(name: string, change: (text: string) => string): void {
    const before = readFileSync(path(name), 'utf8');
    const after = change(before);
    assert.notEqual(after, before);
    writeFileSync(path(name), after);
  }
  const toldOf = ({ findings }: Verified) =>
    findings.map(({ code, file, what = '' }) => `${code} ${file} ${what}`.trim());

  it('find nothing in records that were kept well, and change nothing', async () => {
    const progress: number[] = [];
    const context = contextAt(folder, CONFIG, NOW);
    const report = await verify(
      { ...context, progress: (done, of) => progress.push(done / of) },
      null,
    );
    const { well, findings, untold, records } = report as Verified;
    assert.deepEqual([well, findings, untold], [true, [], 0]);
    assert.deepEqual(records, { minute: 4320, quarter: 288, day: 4, month: 1 });
    assert.deepEqual(progress, progress.toSorted());
    assert.equal(progress.at(-1), 1);
    assert.deepEqual(await mend(), { quarters: 0, days: [], months: [] });
    assert.deepEqual(bytesOf(folder), sound);
  });

  it('find one digit that is wrong, on whatever level, and mend it', async () => {
    const cases: [string, RegExp, string, string[]][] = [
      [
        'quarter/2026-06.jsonl',
        /"import_kwh":0.15,/,
        '"import_kwh":0.1500001,',
        ['differs quarter/2026-06.jsonl 2026-06-29T00:00:00.000Z'],
      ],
      [
        'day/2026.jsonl',
        /"home_kwh":43.2,/,
        '"home_kwh":43.1999999,',
        ['differs day/2026.jsonl 2026-06-29 energy.home_kwh 43.1999999 -> 43.2'],
      ],
      ['month.jsonl', /"days":\d+/, '"days":31', ['differs month.jsonl 2026-06 days 31 -> 3']],
    ];
    for (const [file, pattern, wrong, told] of cases) {
      tamper(file, (text) => text.replace(pattern, wrong));
      const report = await look();
      assert.equal(report.well, false);
      const found = toldOf(report);
      assert.ok(
        told.every((line) => found.some((one) => one.startsWith(line))),
        found.join('\n'),
      );
      await mend();
      assert.deepEqual(bytesOf(folder), sound, file);
    }
  });

  it('find what is missing and what is too much', async () => {
    tamper('day/2026.jsonl', (text) => text.slice(text.indexOf('\n') + 1));
    tamper('month.jsonl', (text) => text + text.replaceAll('2026-06', '2026-07'));
    assert.deepEqual(toldOf(await look()), [
      'missing day/2026.jsonl 2026-06-28',
      'surplus month.jsonl 2026-07',
    ]);
    const mended = await mend();
    assert.deepEqual(mended.days, ['2026-06-28']);
    assert.deepEqual(bytesOf(folder), sound);
  });

  it('tell a torn tail once, and the record that went with it', async () => {
    tamper('day/2026.jsonl', (text) => text.slice(0, -20));
    assert.deepEqual(toldOf(await look()), [
      'torn_tail day/2026.jsonl',
      'missing day/2026.jsonl 2026-07-01',
    ]);
    await mend();
    assert.deepEqual(bytesOf(folder), sound);
  });

  it('compare packed files as well', async () => {
    const name = 'quarter/2026-06.jsonl';
    const text = readFileSync(path(name), 'utf8');
    writeFileSync(path(`${name}.gz`), gzipSync(text.replace('"covered_s":900', '"covered_s":899')));
    rmSync(path(name));
    const [first, ...others] = toldOf(await look());
    assert.equal(first, `differs ${name} ${keyOf(text)} covered_s 899 -> 900`);
    assert.deepEqual(others, []);
  });

  it('do not guess sums while corrections cannot be read', async () => {
    writeFileSync(path('corrections.json'), '{');
    const report = await look();
    assert.deepEqual(
      report.findings.map(({ code }) => code),
      ['corrections_damaged'],
    );
    await assert.rejects(mend(), { code: 'corrections_damaged' });
  });

  it('make everything again that can be made again', async () => {
    for (const name of ['quarter', 'day', 'month.jsonl']) rmSync(path(name), { recursive: true });
    assert.equal((await look()).well, false);
    await mend();
    assert.deepEqual(bytesOf(folder), sound);
  });
});

function keyOf(text: string): string {
  const { ts, config } = JSON.parse(text.slice(0, text.indexOf('\n'))) as Record<string, string>;
  return `${ts} ${config}`;
}
