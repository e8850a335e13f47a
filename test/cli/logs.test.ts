import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../cli/run.ts';
import { type LogLine, logFile, logFolder } from '../../nodes/site/site-log.ts';
import { speakLanguage } from '../../nodes/site/words.ts';

describe('solthrive-cli logs', () => {
  let root: string;
  let folder: string;
  const write = (age: number, ...lines: (Partial<LogLine> | string)[]) => {
    const texts = lines.map((line) =>
      typeof line === 'string'
        ? line
        : JSON.stringify({
            ...{ ts: '2026-06-21T12:00:00.000Z', level: 'info', area: 'launcher', message: 'm' },
            ...line,
          }),
    );
    appendFileSync(logFile(folder, age), `${texts.join('\n')}\n`);
  };
  const start = (args: string[], env = {}, interrupted?: () => AbortSignal) => {
    const seen = { text: '', errors: '' };
    const code = runCli(['logs', ...args], {
      env,
      mode: { kind: 'folder', folder: root },
      write: (part) => {
        seen.text += part;
      },
      writeError: (part) => {
        seen.errors += part;
      },
      colour: false,
      ...(interrupted && { interrupted }),
    });
    return { seen, code };
  };
  const run = async (...args: string[]) => {
    const { seen, code } = start(args);
    return { code: await code, ...seen };
  };
  const messages = async (...args: string[]) => {
    const { text } = await run(...args, '--json');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as LogLine).message);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'solthrive-logs-'));
    folder = logFolder(join(root, 'data'));
    mkdirSync(folder, { recursive: true });
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc', 'base.yaml'), 'site: { timezone: America/Chicago }\n');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
    speakLanguage('en-US');
  });

  it('reads the files that were put away first, and leaves out what is no line', async () => {
    write(10, { message: 'a' });
    write(2, { message: 'b' });
    write(1, { message: 'c' }, '{"ts":"2026', 'null', '{"ts":1}');
    write(0, { message: 'd' });
    writeFileSync(join(folder, 'solthrive.old.jsonl'), '{}\n');
    const { text, errors, code } = await run('--json');
    assert.deepEqual(await messages(), ['a', 'b', 'c', 'd']);
    assert.equal(code, 0);
    assert.equal(errors, '3 lines could not be understood and were left out.\n');
    assert.equal(text.split('\n').length, 5);
  });

  it('chooses by level, area and time', async () => {
    write(
      0,
      { message: 'old', ts: '2026-06-20T12:00:00.000Z' },
      { message: 'night', ts: '2026-06-21T04:59:00.000Z' },
      { message: 'day', ts: '2026-06-21T05:00:00.000Z', level: 'warn', area: 'meter' },
      { message: 'now', ts: new Date().toISOString(), level: 'error', area: 'fault' },
    );
    assert.deepEqual(await messages('--level', 'warn'), ['day', 'now']);
    assert.deepEqual(await messages('--area', 'meter,fault'), ['day', 'now']);
    assert.deepEqual(await messages('--area', 'meter', '--area', 'launcher', '-n', '2'), [
      'night',
      'day',
    ]);
    assert.deepEqual(await messages('--since', '2026-06-21'), ['day', 'now'], 'of the site');
    assert.deepEqual(await messages('--since', '2026-06-21T04:58:00Z'), ['night', 'day', 'now']);
    assert.deepEqual(await messages('--since', '2h'), ['now']);
    assert.deepEqual(await messages('-n', '0'), []);
  });

  it('shows the last hundred where nobody says how many', async () => {
    write(0, ...Array.from({ length: 500 }, (_, n) => ({ message: String(n) })));
    const shown = await messages();
    assert.deepEqual([shown.length, shown[0], shown.at(-1)], [100, '400', '499']);
    assert.equal((await messages('--since', '2026-01-01')).length, 500);
  });

  it('says when, how grave, who and how often, in the language of the terminal', async () => {
    write(0, {
      level: 'warn',
      area: 'meter',
      source: 'm1',
      message: 'no answer\nand more',
      repeated: 7,
    });
    write(0, { level: 'error', area: 'fault', code: 'ct_reversed', state: 'ended', message: 'x' });
    const { text } = await run();
    assert.match(
      text,
      /^6\/21\/26, 7:00:00\sAM warn {2}\[meter:m1\] no answer\n {4}and more \(x 7\)\n/,
    );
    assert.match(text, /\[fault\] ct_reversed ended: x\n$/);
    const british = start([], { LC_ALL: 'en_GB.UTF-8' });
    await british.code;
    assert.match(british.seen.text, /^21\/06\/2026, 07:00:00 warn/);
  });

  it('refuses what it does not understand', async () => {
    assert.equal((await run('--level', 'wrn')).code, 2);
    assert.match((await run('--level', 'wrn')).errors, /no level wrn[\s\S]*mean warn\?/);
    assert.match((await run('--since', 'yesterday')).errors, /yesterday is no time/);
    assert.equal((await run('-n', 'many')).code, 2);
    rmSync(join(root, 'data'), { recursive: true });
    const { code, errors } = await run();
    assert.equal(code, 1);
    assert.match(errors, /There are no records/);
  });

  it('follows what comes, also past a file that is put away', async function () {
    this.timeout(20_000);
    write(0, { message: 'a' });
    const over = new AbortController();
    const { seen, code } = start(['--follow', '--json'], {}, () => over.signal);
    const until = async (message: string) => {
      while (!seen.text.includes(`"${message}"`)) await new Promise((go) => setTimeout(go, 20));
    };
    await until('a');
    // A line that is written in two parts is one.
    const line = JSON.stringify({
      ...{ ts: '2026-06-21T12:00:00.000Z', level: 'info', area: 'x', message: 'b' },
    });
    appendFileSync(logFile(folder), line.slice(0, 20));
    appendFileSync(logFile(folder), `${line.slice(20)}\n`);
    await until('b');
    write(0, { message: 'c' });
    renameSync(logFile(folder), logFile(folder, 1));
    write(0, { message: 'd' });
    renameSync(logFile(folder, 1), logFile(folder, 2));
    renameSync(logFile(folder), logFile(folder, 1));
    write(0, { message: 'e' });
    await until('e');
    over.abort();
    assert.equal(await code, 0);
    const told = [...seen.text.matchAll(/"message":"(\w)"/g)].map(([, message]) => message);
    assert.deepEqual(told, ['a', 'b', 'c', 'd', 'e']);
    assert.ok(existsSync(logFile(folder)));
  });
});
