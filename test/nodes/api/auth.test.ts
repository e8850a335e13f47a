import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gate } from '../../../nodes/api/auth.ts';
import { SolthriveError } from '../../../nodes/site/errors.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const TOKEN = 'a'.repeat(43);
const OTHER = 'b'.repeat(43);

describe('the gate of the private routes', () => {
  let folder: string;
  let file: string;
  let clock: VirtualClock;
  let gate: Gate;
  const keep = (text: string, mode = 0o600) => {
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  const verdict = (authorization: string[], address = '192.168.1.20') => {
    try {
      gate.admit({ path: '/api/history', address, authorization });
      return 'in';
    } catch (thrown) {
      assert.ok(thrown instanceof SolthriveError);
      assert.doesNotMatch(JSON.stringify(thrown.toBody()), /aaa|bbb/);
      return thrown.code;
    }
  };
  const bearer = (token: string) => [`Bearer ${token}`];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'solthrive-gate-'));
    file = join(folder, 'token');
    clock = new VirtualClock();
    gate = new Gate(file, clock);
    keep(`${TOKEN}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets in who sends the token, and nobody else', () => {
    assert.equal(verdict(bearer(TOKEN)), 'in');
    assert.equal(verdict([`bearer  ${TOKEN} `]), 'in');
    assert.equal(verdict([]), 'token_missing');
    const wrong = [
      bearer(OTHER),
      bearer(TOKEN.slice(1)),
      bearer(`${TOKEN}a`),
      bearer(''),
      ['Bearer'],
      ['Basic YTph'],
      [TOKEN],
      bearer(`${'ä'.repeat(43)}`),
      [`Bearer ${TOKEN} ${TOKEN}`],
      [...bearer(TOKEN), ...bearer(TOKEN)],
    ];
    for (const [index, sent] of wrong.entries()) {
      assert.equal(verdict(sent, `10.0.0.${index}`), 'token_wrong', String(sent));
    }
  });

  it('counts wrong tokens by address, and never holds up the right one', async () => {
    for (let count = 0; count < 10; count++) assert.equal(verdict(bearer(OTHER)), 'token_wrong');
    assert.equal(verdict(bearer(OTHER)), 'too_many_failures');
    assert.equal(verdict(bearer(TOKEN)), 'in');
    assert.equal(verdict([]), 'token_missing');
    assert.equal(verdict(bearer(OTHER), '192.168.1.21'), 'token_wrong');
    await clock.advance(59_999);
    assert.equal(verdict(bearer(OTHER)), 'too_many_failures');
    await clock.advance(1);
    assert.equal(verdict(bearer(OTHER)), 'token_wrong');
  });

  it('remembers no more addresses than it has room for', () => {
    for (let count = 0; count < 5_000; count++) verdict(bearer(OTHER), `10.${count}`);
    assert.equal(gate.size, 1_000);
  });

  it('takes two tokens while one takes the place of the other, without a restart', () => {
    keep(`${TOKEN}\r\n\r\n  ${OTHER}  \r\n`);
    assert.equal(verdict(bearer(TOKEN)), 'in');
    assert.equal(verdict(bearer(OTHER)), 'in');
    keep(`${OTHER}\n`);
    assert.equal(verdict(bearer(TOKEN)), 'token_wrong');
    assert.equal(verdict(bearer(OTHER)), 'in');
  });

  it('lets nobody in where the file is no secret, or none', () => {
    assert.equal(verdict(bearer(TOKEN)), 'in');
    const unusable: [string, () => void][] = [
      ['world-readable', () => keep(TOKEN, 0o644)],
      ['the group may write', () => keep(TOKEN, 0o660)],
      ['empty', () => keep(' \n')],
      ['short', () => keep('a'.repeat(31))],
      ['one of two is short', () => keep(`${TOKEN}\nx\n`)],
      ['huge', () => keep(TOKEN.repeat(1_000))],
      ['not there', () => rmSync(file)],
      ['a link', () => symlinkSync('/etc/hostname', file)],
    ];
    for (const [what, spoil] of unusable) {
      spoil();
      assert.equal(verdict(bearer(TOKEN)), 'token_unusable', what);
      assert.equal(verdict([]), 'token_unusable', what);
    }
    rmSync(file);
    keep(TOKEN, 0o640);
    assert.equal(verdict(bearer(TOKEN)), 'in');
  });
});
