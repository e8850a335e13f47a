import assert from 'node:assert/strict';
import fc from 'fast-check';
import { brokerOf, clientIdOf } from '../../../nodes/publish/broker.ts';

describe('a broker', () => {
  it('is an address, where nobody has to say who they are', () => {
    assert.deepEqual(brokerOf('mqtt://192.168.1.5'), { url: 'mqtt://192.168.1.5' });
    assert.deepEqual(brokerOf('wss://broker:8084/mqtt'), { url: 'wss://broker:8084/mqtt' });
  });

  it('is told a user, and a password where there is one', () => {
    const url = 'mqtts://broker:8883';
    assert.deepEqual(brokerOf('mqtts://me@broker:8883'), { url, username: 'me' });
    const login = { username: 'me', password: 's3cret' };
    assert.deepEqual(brokerOf('mqtts://me:s3cret@broker:8883'), { url, ...login });
    assert.deepEqual(brokerOf('mqtts://me:@broker:8883'), { url, username: 'me', password: '' });
  });

  it('takes any sign in a password, encoded or as it is', () => {
    const passwordOf = (text: string) => brokerOf(`mqtt://me:${text}@broker`).password;
    assert.equal(passwordOf('p@ss:w/rd#?'), 'p@ss:w/rd#?');
    assert.equal(passwordOf('p%40ss'), 'p@ss');
    assert.equal(passwordOf('100%'), '100%');
  });

  it('never has them in its address', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (password) => {
        const broker = brokerOf(`mqtt://me:${encodeURIComponent(password)}@broker:1883`);
        assert.deepEqual(broker, { url: 'mqtt://broker:1883', username: 'me', password });
      }),
    );
  });

  it('knows a site by one name, that any broker takes', () => {
    const name = clientIdOf('/var/lib/solthrive', 'home');
    assert.equal(clientIdOf('/var/lib/solthrive', 'home'), name);
    assert.notEqual(clientIdOf('/srv/other', 'home'), name);
    assert.notEqual(clientIdOf('/var/lib/solthrive', 'barn'), name);
    assert.match(name, /^[0-9a-zA-Z]{1,23}$/);
  });
});
