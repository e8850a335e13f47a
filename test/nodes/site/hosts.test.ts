import assert from 'node:assert/strict';
import {
  isHostName,
  isLoopbackAddress,
  isLoopbackHost,
  isOwnHost,
  isOwnOrigin,
  machineHosts,
} from '../../../nodes/site/hosts.ts';

const own = {
  allowed: ['solar.example.org', '203.0.113.7'],
  addresses: ['127.0.0.1', '192.168.1.20', '::1', 'fe80::ba27:ebff:fe00:1%eth0', '2001:db8::20'],
  names: ['SolThrive'],
};

describe('own hosts', () => {
  const accepted = [
    'localhost',
    'localhost:8080',
    'LOCALHOST:8080',
    'localhost.:8080',
    '127.0.0.1',
    '127.8.8.8:1880',
    '[::1]:8080',
    '[0:0:0:0:0:0:0:1]',
    '192.168.1.20:8080',
    '[2001:DB8:0::20]:8080',
    '[fe80::ba27:ebff:fe00:1]:8080',
    'solthrive',
    'solthrive.local:8080',
    'SolThrive.Local.:8080',
    'solar.example.org',
    '203.0.113.7:443',
  ];
  for (const host of accepted) {
    it(`answers to ${host}`, () => assert.equal(isOwnHost(host, own), true));
  }

  const refused = [
    undefined,
    '',
    ' ',
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.com',
    'localhost.evil.com',
    'solthrive.local.evil.com',
    'evilsolthrive.local',
    'sub.solthrive.local',
    'x.localhost',
    'user@localhost',
    'localhost@evil.com',
    'localhost:8080@evil.com',
    'localhost:evil',
    'localhost:99999',
    'localhost:',
    'localhost:80:80',
    'localhost/evil',
    'localhost#evil',
    'localhost\\evil',
    'local host',
    'localhost\t',
    'localhost..',
    '.localhost',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '127.0.0.01',
    '127.0.0.256',
    '192.168.1.21',
    '8.8.8.8',
    '::1',
    '[::1',
    '[::1]evil',
    '[::2]',
    '[localhost]',
    '[127.0.0.1]',
    'http://localhost',
  ];
  for (const host of refused) {
    it(`does not answer to ${JSON.stringify(host)}`, () => {
      assert.equal(isOwnHost(host, own), false);
    });
  }

  it('knows this machine by its own addresses', () => {
    assert.ok(machineHosts([]).names.length > 0);
    assert.equal(isOwnHost('127.0.0.1:8080', machineHosts([])), true);
  });

  it('tells the loopback names from the others', () => {
    assert.equal(isLoopbackHost('localhost:8080'), true);
    assert.equal(isLoopbackHost('[::1]:8080'), true);
    assert.equal(isLoopbackHost('192.168.1.20:8080'), false);
    assert.equal(isLoopbackHost('solthrive.local'), false);
    assert.equal(isLoopbackHost(undefined), false);
  });

  it('takes names and addresses without port or scheme into the configuration', () => {
    for (const name of ['solar.example.org', '0.0.0.0', '::', '192.168.1.50', 'meter_1']) {
      assert.equal(isHostName(name), true, name);
    }
    for (const name of ['', 'http://a', 'a:80', 'a b', 'a/b', '*']) {
      assert.equal(isHostName(name), false, name);
    }
  });
});

describe('own origins', () => {
  const host = 'solthrive.local:8080';
  const accepted: [string | undefined, string][] = [
    [undefined, host],
    ['http://solthrive.local:8080', host],
    ['HTTP://SOLTHRIVE.local:8080', host],
    ['http://solthrive.local', 'solthrive.local:80'],
    ['https://solthrive.local', 'solthrive.local:443'],
    ['http://[::1]:8080', '[::1]:8080'],
    ['https://solar.example.org', '127.0.0.1:8080'],
  ];
  for (const [origin, to] of accepted) {
    it(`lets ${origin} talk to ${to}`, () => assert.equal(isOwnOrigin(origin, to, own), true));
  }

  const refused: [string | undefined, string | undefined][] = [
    ['null', host],
    ['', host],
    ['http://evil.example', host],
    // DNS rebinding: the page's own name, pointed at us, is both Host and Origin.
    ['http://evil.example:8080', 'evil.example:8080'],
    ['http://solthrive.local:3000', host],
    ['http://solthrive.local', host],
    ['https://solthrive.local:8080.evil.com', host],
    ['http://user@solthrive.local:8080', host],
    ['http://solthrive.local:8080/', host],
    ['http://solthrive.local:8080?x', host],
    ['file://', host],
    ['chrome-extension://abc', host],
    ['http://a, http://b', host],
    ['http://solthrive.local:8080', undefined],
    ['http://127.0.0.1:8080', host],
  ];
  for (const [origin, to] of refused) {
    it(`does not let ${JSON.stringify(origin)} talk to ${to}`, () => {
      assert.equal(isOwnOrigin(origin, to, own), false);
    });
  }
});

describe('loopback addresses', () => {
  it('are 127.0.0.0/8 and ::1, mapped or not', () => {
    for (const address of [
      '127.0.0.1',
      '127.255.0.9',
      '::1',
      '::ffff:127.0.0.1',
      '::FFFF:127.0.0.1',
    ]) {
      assert.equal(isLoopbackAddress(address), true, address);
    }
    const others = [
      undefined,
      '',
      '128.0.0.1',
      '::2',
      '::ffff:192.168.1.2',
      '127.0.0.1.evil',
      '::ffff:127',
      '1127.0.0.1',
      'localhost',
    ];
    for (const address of others) assert.equal(isLoopbackAddress(address), false, address);
  });
});
