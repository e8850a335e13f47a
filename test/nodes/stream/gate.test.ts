import assert from 'node:assert/strict';
import { addressOf, isStreamPath, refusal, refuse } from '../../../nodes/stream/gate.ts';

const own = { allowed: [], addresses: ['192.168.1.20'], names: ['solthrive'] };
const host = '192.168.1.20:8080';

describe('the gate of the stream', () => {
  const code = (headers: { host?: string; origin?: string }, connections = 0) =>
    refuse({ headers, connections }, own, 20)?.code ?? null;

  it('lets in its own pages and programs without an Origin', () => {
    assert.equal(code({ host }), null);
    assert.equal(code({ host, origin: `http://${host}` }), null);
  });

  it('refuses foreign hosts and origins', () => {
    assert.equal(code({ host: 'evil.example' }), 'foreign_host');
    assert.equal(code({}), 'foreign_host');
    assert.equal(code({ host, origin: 'http://evil.example' }), 'foreign_origin');
    assert.equal(code({ host, origin: 'null' }), 'foreign_origin');
  });

  it('refuses one connection more than it should', () => {
    assert.equal(code({ host }, 19), null);
    assert.equal(code({ host }, 20), 'too_many_connections');
  });

  it('answers a refusal with a whole HTTP response', () => {
    const error = refuse({ headers: { host }, connections: 20 }, own, 20);
    assert.ok(error);
    const [head = '', body = ''] = refusal(error).split('\r\n\r\n');
    assert.match(head, /^HTTP\/1\.1 429 /);
    assert.match(head, new RegExp(`Content-Length: ${Buffer.byteLength(body)}\\b`));
    assert.equal(JSON.parse(body).error.code, 'too_many_connections');
  });

  it('minds its own path only', () => {
    assert.deepEqual(['/ws', '/ws?x=1', '/ws/', '/wsx', '/', undefined].map(isStreamPath), [
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('knows an address by one name', () => {
    assert.equal(addressOf('::ffff:192.168.1.9'), '192.168.1.9');
    assert.equal(addressOf('fe80::1'), 'fe80::1');
  });
});
