import assert from 'node:assert/strict';
import { createLog } from '../../runtime/log.ts';

const NOON = Date.parse('2026-06-21T12:00:00.000Z');
const [WARN, INFO] = [30, 40];

describe('the log', () => {
  const lines: string[] = [];
  const log = (verbose = false) => {
    lines.length = 0;
    return createLog({
      write: (line) => lines.push(line),
      now: () => NOON,
      verbose,
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
    const { handle } = log(true);
    handle({ level: INFO, msg: 'Loading palette nodes' });
    handle({ level: WARN, msg: { odd: 1 } });
    assert.deepEqual(lines, ['12:00:00Z info  Loading palette nodes', '12:00:00Z warn  {"odd":1}']);
  });
});
