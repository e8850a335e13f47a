import assert from 'node:assert/strict';
import { SolthriveError, withHint } from '../../nodes/site/errors.ts';
import { redactor } from '../../nodes/site/secrets.ts';
import type { LogLevel, LogLine } from '../../nodes/site/site-log.ts';
import { createLog } from '../../runtime/log.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const NOON = '2026-06-21T12:00:00.000Z';
const [ERROR, WARN, INFO, DEBUG] = [20, 30, 40, 50];

describe('the log', () => {
  const lines: string[] = [];
  const kept: LogLine[] = [];
  let clock = new VirtualClock(NOON);
  const log = (level: LogLevel = 'info') => {
    lines.length = 0;
    kept.length = 0;
    clock = new VirtualClock(NOON);
    return createLog({
      write: (line) => lines.push(line),
      keep: (line) => kept.push(line),
      clock,
      level,
      redact: redactor(['hush-hush']),
      isNoise: (text) => text === 'no news',
    });
  };

  it('gives every line a time and a level', () => {
    log().say('one\ntwo');
    assert.deepEqual(lines, ['12:00:00Z info  one', '12:00:00Z info  two']);
  });

  it("drops Node-RED's own account and keeps its warnings and what nodes say", () => {
    const { handle } = log();
    handle({ level: INFO, msg: 'Loading palette nodes' });
    handle({ level: WARN, msg: 'no news' });
    handle({ level: WARN, msg: new Error('disk') });
    handle({ level: INFO, msg: 'hello', type: 'debug', id: 'd1' });
    handle({ level: INFO, msg: { message: 'named' }, type: 'debug', id: 'd1', name: 'mine' });
    assert.deepEqual(lines, [
      '12:00:00Z warn  disk',
      '12:00:00Z info  [debug:d1] hello',
      '12:00:00Z info  [debug:mine] named',
    ]);
  });

  it('keeps everything when someone asked for detail', () => {
    const { handle } = log('debug');
    handle({ level: INFO, msg: 'Loading palette nodes' });
    handle({ level: WARN, msg: { odd: 1 } });
    assert.deepEqual(lines, ['12:00:00Z info  Loading palette nodes', '12:00:00Z warn  {"odd":1}']);
  });

  it('keeps each line for programs: who says it, its code, and nothing that is secret', () => {
    const { handle, say } = log();
    const silent = new SolthriveError('bus_timeout', { what: 'mqtt://me:pw@10.0.0.1 hush-hush' });
    say('token=abcdef');
    handle({ level: ERROR, msg: withHint(silent), type: 'solthrive-meter', id: 'm1' });
    handle({ level: WARN, msg: 'plain', type: 'mqtt in', id: 'q', name: 'own' });
    handle({ level: WARN, msg: new Error('Bearer abcdefghijk') });
    assert.deepEqual(kept, [
      { ts: NOON, level: 'info', area: 'launcher', message: 'token=***' },
      {
        ts: NOON,
        level: 'error',
        area: 'meter',
        code: 'bus_timeout',
        source: 'm1',
        message: kept[1]?.message,
      },
      { ts: NOON, level: 'warn', area: 'mqtt in', source: 'own', message: 'plain' },
      { ts: NOON, level: 'warn', area: 'node-red', message: 'Bearer ***' },
    ]);
    assert.doesNotMatch(JSON.stringify([kept, lines]), /:pw|hush|abcdef/);
  });

  it('leaves out what is less important than asked for, also of the launcher', () => {
    const { handle, say, warn, note } = log('warn');
    say('starting');
    warn('careful');
    handle({ level: DEBUG, msg: 'detail', type: 'debug', id: 'd1' });
    note({ level: 'info', area: 'fault', message: 'over' });
    assert.deepEqual(
      kept.map(({ message }) => message),
      ['careful'],
    );
  });

  it('tells one line with a count for what repeats itself, and goes on when that has ended', async () => {
    const { warn, close } = log();
    const told = () => kept.splice(0).map(({ message, repeated }) => [message, repeated]);
    for (let n = 1; n <= 30; n++) warn(`no answer for ${n} s`);
    warn('another');
    assert.equal(told().length, 6);
    await clock.advance(60_000);
    assert.deepEqual(told(), [], 'it may go on');
    await clock.advance(60_000);
    assert.deepEqual(told(), [['no answer for 30 s', 25]]);
    assert.equal(clock.waiting, 0);
    warn('no answer for 99 s');
    assert.deepEqual(told(), [['no answer for 99 s', undefined]]);
    for (let n = 1; n <= 7; n++) warn('no answer for 7 s');
    told();
    close();
    assert.deepEqual(told(), [['no answer for 7 s', 3]]);
    assert.equal(clock.waiting, 0);
  });

  it('loses none of many, however they come', async () => {
    const { warn, close } = log();
    let said = 0;
    for (let minute = 0; minute < 45; minute++) {
      for (let n = 0; n < (minute * 7) % 11; n++, said++) warn('again');
      await clock.advance(60_000);
    }
    close();
    assert.equal(
      kept.reduce((sum, { repeated = 1 }) => sum + repeated, 0),
      said,
    );
    assert.ok(kept.length < said);
  });

  it('has the last hundred warnings and errors at hand', () => {
    const { error, say, recent } = log();
    for (let n = 0; n < 150; n++) error(`slip ${String.fromCharCode(65 + n)}`);
    say('fine');
    assert.equal(recent().length, 100);
    assert.equal(recent().at(-1)?.message, `slip ${String.fromCharCode(214)}`);
  });
});
