import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../cli/run.ts';
import { faultFile } from '../../nodes/health/book/lines.ts';
import { openHealthDesk } from '../../nodes/health/desk.ts';
import { FaultBook } from '../../nodes/health/faults.ts';
import { systemClock } from '../../nodes/site/clock.ts';
import { type Control, openControl } from '../../runtime/control.ts';
import { healthRoutes } from '../../runtime/health-routes.ts';

describe('solthrive-cli and faults', () => {
  let root: string;
  let book: FaultBook;
  let control: Control | null = null;
  let leave = () => {};

  const run = async (...args: string[]) => {
    let [text, errors] = ['', ''];
    const code = await runCli(args, {
      env: { USER: 'pat' },
      mode: { kind: 'folder', folder: root },
      write: (part) => {
        text += part;
      },
      writeError: (part) => {
        errors += part;
      },
      colour: false,
      columns: 60,
    });
    return { code, text, errors };
  };
  const serve = async () => {
    const data = join(root, 'data');
    leave = openHealthDesk(data, {
      seconds: () => assert.fail(),
      utility: () => assert.fail(),
      faults: () => book.active(),
      acknowledge: (given) => book.acknowledge(given),
      doctor: () => ({ ts: '2026-06-21T12:00:00.000Z', daylight: 'day', hypotheses: [] }),
    });
    control = await openControl(join(root, 'run'), healthRoutes(data));
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'solthrive-faults-'));
    for (const name of ['etc', 'data', 'run']) mkdirSync(join(root, name));
    // A meter of its own, so that no simulated home stands in and has records elsewhere.
    writeFileSync(
      join(root, 'etc', 'meter.yaml'),
      'meters: [{ id: own, source: external, channels: [{ id: mains, role: grid }] }]\n',
    );
    const say = (key: string) => `${key} is what there is to be said at some length of it`;
    book = new FaultBook({ clock: systemClock, say, announce: () => {} });
  });
  afterEach(async () => {
    leave();
    await control?.close();
    control = null;
    rmSync(root, { recursive: true });
  });

  it('says that nothing is wrong, with exit code 0', async () => {
    await serve();
    const { code, text } = await run('faults');
    assert.deepEqual([code, text], [0, 'No fault is active.\n']);
  });

  it('lists what is wrong in lines that fit the terminal, with exit code 1', async () => {
    await serve();
    book.raise({ id: 'ct_reversed', source: 'main/pv', state: 'suspected', evidence: { n: 1 } });
    book.raise({ id: 'low_storage', source: 'site', evidence: {} });
    const { code, text } = await run('faults');
    assert.equal(code, 1);
    assert.match(text, /^ct_reversed {2}main\/pv {2}suspected since /);
    assert.match(text, /\nlow_storage {2}site {2}since /);
    for (const line of text.split('\n')) assert.ok(line.length <= 60, line);
    const shown = JSON.parse((await run('faults', '--json')).text) as { id: string }[];
    assert.deepEqual(
      shown.map(({ id }) => id),
      ['ct_reversed', 'low_storage'],
    );
  });

  it('acknowledges one for a week in the name of who calls, and it stays', async () => {
    await serve();
    book.raise({ id: 'low_storage', source: 'site', evidence: {} });
    const { code, text } = await run('acknowledge', 'low_storage');
    assert.equal(code, 0);
    assert.match(text, /Seen by pat; nobody needs to be reminded until /);
    const [{ acknowledged } = {}] = book.active();
    const days = (Date.parse(acknowledged?.until ?? '') - Date.now()) / 86_400_000;
    assert.ok(days > 6.9 && days <= 7, String(days));
    assert.equal((await run('faults')).code, 1);
    const other = await run('acknowledge', 'low_storage', '--by', 'Lee', '--until', '2098-01-01');
    assert.match(other.text, /Seen by Lee; .*1\/2\/98/);
  });

  it('names what is active where another is meant', async () => {
    await serve();
    assert.equal((await run('acknowledge', 'low_storage')).errors, 'No fault is active.\n');
    for (const source of ['a/x', 'a/y']) {
      book.raise({ id: 'ct_reversed', source, evidence: {} });
    }
    const calls: [string[], RegExp][] = [
      [['ct_reversd'], /no active fault ct_reversd[\s\S]*mean ct_reversed/],
      [['ct_reversed'], /More than one source[\s\S]*a\/x, a\/y/],
      [['ct_reversed', 'b'], /not active at b[\s\S]*a\/x, a\/y/],
      [['ct_reversed', 'a/x', '--until', 'soon'], /soon is no time/],
    ];
    for (const [args, expected] of calls) {
      const { code, errors } = await run('acknowledge', ...args);
      assert.equal(code, 2);
      assert.match(errors, expected);
    }
    const past = await run('acknowledge', 'ct_reversed', 'a/x', '--until', '2020-01-01');
    assert.equal(past.code, 1);
    assert.match(past.errors, /is not a time to come/);
  });

  it('tells the past from the file while the service is down', async () => {
    const down = await run('faults');
    assert.equal(down.code, 1);
    assert.match(down.errors, /not running/);
    assert.match((await run('faults', '--history')).text, /No fault has been written down/);
    book.raise({ id: 'low_storage', source: 'site', evidence: {} });
    const [fault] = book.active();
    const line = (ts: string, change: string) => `${JSON.stringify({ ts, change, fault })}\n`;
    writeFileSync(
      faultFile(join(root, 'data')),
      line('2026-06-20T12:00:00.000Z', 'raise') + line('2026-06-21T12:00:00.000Z', 'clear'),
    );
    const { text, code } = await run('faults', '--history');
    assert.equal(code, 0);
    assert.match(
      text,
      /^6\/20\/26, 12:00:00\sPM {2}began {2}low_storage {2}site {2}low_storage\.mes/,
    );
    assert.match(text, /\n6\/21\/26, 12:00:00\sPM {2}ended {2}low_storage/);
    const since = await run('faults', '--history', '--since', '2026-06-21');
    assert.equal(since.text.split('\n').length, 2);
  });

  it('says so where no flow watches', async () => {
    control = await openControl(join(root, 'run'), healthRoutes(join(root, 'data')));
    const { code, errors } = await run('faults');
    assert.equal(code, 1);
    assert.match(errors, /no health node/);
  });
});
