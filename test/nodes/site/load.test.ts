import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadSite, peekSite } from '../../../nodes/site/load.ts';
import { type Environment, sitePaths } from '../../../nodes/site/paths.ts';
import { formatProblem } from '../../../nodes/site/problems.ts';

const METERS = `buses:
  - { id: rs485, type: serial, port: /dev/ttyUSB0 }
meters:
  - id: main
    profile: ccs-wattnode-wnc
    bus: rs485
    channels: [{ id: mains, role: grid, phases: [l1, l2] }]
`;

describe('loading the site', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'solthrive-site-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const paths = () => sitePaths({}, { kind: 'folder', folder: root });
  const load = (env: Environment = {}) => loadSite({ paths: paths(), env });
  const write = (name: string, text: string | Buffer) => {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  /** Problems as `name:line:column path`. */
  const places = () =>
    load().problems.map(({ file, line, column, path }) =>
      `${file.replace(`${root}/`, '')}:${line}:${column} ${path}`.trim(),
    );

  describe('layers', () => {
    it('runs on the shipped defaults where nothing is written', () => {
      const { config, problems, origins } = load();
      assert.deepEqual(problems, []);
      assert.equal(config.http.port, 8080);
      assert.deepEqual(config.meters, []);
      assert.match(origins['http.port'] ?? '', /config\/api\.yaml:\d+:\d+$/);
    });

    it('lets etc win over shipped, boot over etc, and the variable over all', () => {
      write('etc/api.yaml', 'http:\n  port: 8081\n');
      assert.equal(load().config.http.port, 8081);
      assert.equal(load().origins['http.port'], join(root, 'etc/api.yaml:2:9'));
      write('boot/config.yaml', 'http: { port: 8082, host: 127.0.0.1 }\n');
      assert.equal(load().config.http.port, 8082);
      const { config, origins } = load({ SOLTHRIVE_PORT: '8083' });
      assert.equal(config.http.port, 8083);
      assert.equal(config.http.host, '127.0.0.1');
      assert.equal(origins['http.port'], 'SOLTHRIVE_PORT');
      assert.equal(origins['http.host'], join(root, 'boot/config.yaml:1:27'));
    });

    it('applies two boot overrides in their order', () => {
      write('one.yaml', 'http: { port: 1001 }\nsite: { name: One }');
      write('two.yaml', 'http: { port: 1002 }');
      const boot = [join(root, 'one.yaml'), join(root, 'two.yaml')];
      const { config } = loadSite({ paths: { ...paths(), boot }, env: {} });
      assert.equal(config.http.port, 1002);
      assert.equal(config.site.name, 'One');
    });

    it('takes a key in whichever file it is written', () => {
      write('etc/base.yaml', 'http: { port: 9000 }');
      assert.equal(load().config.http.port, 9000);
    });

    it('merges a meter by its id and names the origin of each of its values', () => {
      write('etc/meter.yaml', METERS);
      write('boot/config.yaml', 'meters:\n  - id: main\n    unit: 7\n');
      const { config, origins } = load();
      const [meter] = config.meters;
      assert.equal(meter?.source === 'modbus' && meter.unit, 7);
      assert.equal(origins['meters[0].unit'], join(root, 'boot/config.yaml:3:11'));
      assert.equal(origins['meters[0].profile'], join(root, 'etc/meter.yaml:5:14'));
      assert.equal(origins['meters[0].channels[0].multiplier'], 'default');
    });

    it('reads a section with nothing in it, and a file with nothing in it, as saying nothing', () => {
      write('etc/api.yaml', 'http:\n  # port: 9000\n');
      write('etc/base.yaml', '# nothing yet\n');
      write('etc/update.yaml', '');
      write('etc/network.yaml', '\uFEFFmqtt:\r\n  topic: home\r\n');
      const { config, problems } = load();
      assert.deepEqual(problems, []);
      assert.equal(config.http.port, 8080);
      assert.equal(config.mqtt.topic, 'home');
    });
  });

  describe('mistakes', () => {
    it('are all told in one run, by file and line', () => {
      write('etc/base.yaml', 'site:\n  timezone: Europe/Berln\n  latitude: 48.1\n');
      write('etc/api.yaml', 'http:\n  port: "80"\n  prot: 80\neditor: { allow: [palett] }\n');
      write('etc/meter.yaml', METERS.replace('bus: rs485', 'bus: rs48').replace('grid', 'gird'));
      assert.deepEqual(places(), [
        'etc/base.yaml:2:13 site.timezone',
        'etc/base.yaml:3:13 site.latitude',
        'etc/meter.yaml:7:35 meters[0].channels[0].role',
        'etc/api.yaml:2:9 http.port',
        'etc/api.yaml:3:3 http.prot',
        'etc/api.yaml:4:19 editor.allow[0]',
      ]);
    });

    const told: { what: string; yaml: string; says: string }[] = [
      {
        what: 'an unknown key',
        yaml: 'http: { prot: 80 }',
        says: '1:9: http.prot: found the unknown key prot, expected one of port, host, allowed_hosts, max_connections_per_address. Did you mean port?',
      },
      {
        what: 'a key of another section',
        yaml: 'editor: { interval_ms: 500 }',
        says: '1:11: editor.interval_ms: found the unknown key interval_ms, expected one of enabled, allow. Did you mean poll.interval_ms?',
      },
      {
        what: 'a key of another kind of bus',
        yaml: 'buses: [{ id: a, type: tcp, host: b, parity: even }]',
        says: '1:38: buses[0].parity: found the unknown key parity, expected one of id, type, host, port.',
      },
      {
        what: 'a wrong type',
        yaml: 'mdns: { enabled: yes }',
        says: '1:18: mdns.enabled: found the text "yes", expected true or false.',
      },
      {
        what: 'a group where there is a value',
        yaml: 'http: 8080',
        says: '1:7: http: found the number 8080, expected a group of keys.',
      },
      {
        what: 'a missing key',
        yaml: 'buses:\n  - { id: a, type: serial }',
        says: '2:5: buses[0].port: found nothing, expected text.',
      },
      {
        what: 'a missing kind',
        yaml: 'buses:\n  - { id: a, port: /dev/ttyUSB0 }',
        says: '2:5: buses[0].type: found nothing, expected one of serial, tcp, rtu-over-tcp.',
      },
      {
        what: 'a number out of bounds',
        yaml: 'poll: { interval_ms: 50 }',
        says: '1:22: poll.interval_ms: found the number 50, expected at least 200.',
      },
      {
        what: 'a password, without telling it',
        yaml: 'mqtt: { url: "htp://me:secret@broker" }',
        says: '1:14: mqtt.url: found the text "htp://me:***@broker", expected a broker such as mqtt://192.168.1.5.',
      },
      {
        what: 'a key that is there twice',
        yaml: 'http:\n  port: 1\n  port: 2\n',
        says: '3:3: found a key that is already there above, expected each key only once.',
      },
      {
        what: 'a tab',
        yaml: 'http:\n\tport: 1\n',
        says: '2:1: found a tab in front of the line, expected spaces.',
      },
      {
        what: 'a list for a file',
        yaml: '- 1\n',
        says: '1:1: found a list, expected keys with a colon, such as http:.',
      },
      {
        what: 'an alias',
        yaml: 'http: &a { port: 1 }\nmqtt: *a\n',
        says: '2:7: found a reference to another place (*), expected the value itself.',
      },
    ];
    for (const { what, yaml, says } of told) {
      it(`tell of ${what}`, () => {
        write('etc/api.yaml', yaml);
        assert.deepEqual(load().problems.map(formatProblem), [
          `${join(root, 'etc/api.yaml')}:${says}`,
        ]);
      });
    }

    it('tell of a tag of another program, of bytes that are no text, and of a folder in place of a file', () => {
      write('etc/api.yaml', 'http: { host: !secret host }');
      write('etc/base.yaml', Buffer.from([0x73, 0xff, 0xfe, 0x0a]));
      mkdirSync(join(root, 'etc/update.yaml'));
      assert.deepEqual(places(), ['etc/base.yaml:1:1', 'etc/api.yaml:1:15', 'etc/update.yaml:1:1']);
    });

    it('tell of a file whose name is not known, with the name that was meant', () => {
      write('etc/meters.yaml', METERS);
      write('etc/notes.txt', 'not a configuration');
      const { problems } = load();
      assert.deepEqual(
        problems.map(({ file, suggestion }) => [file, suggestion]),
        [[join(root, 'etc/meters.yaml'), 'meter.yaml']],
      );
    });

    it('in a variable have its name for a place', () => {
      const { problems, config } = load({ SOLTHRIVE_PORT: '80a' });
      assert.deepEqual(problems.map(formatProblem), [
        'SOLTHRIVE_PORT: http.port: found the text "80a", expected a number.',
      ]);
      assert.equal(config.http.port, 8080);
    });

    it('can be mended by a later layer', () => {
      write('etc/api.yaml', 'http: { port: none }');
      write('boot/config.yaml', 'http: { port: 9004 }');
      assert.deepEqual([load().problems, load().config.http.port], [[], 9004]);
    });

    it('in one file do not make the references to it look wrong', () => {
      write('etc/base.yaml', 'buses: [\n');
      write('etc/meter.yaml', METERS.replace(/buses:\n.*\n/, ''));
      assert.ok(places().every((place) => place.startsWith('etc/base.yaml')));
    });
  });

  describe('the last good configuration', () => {
    it('stays in force, whole, when the files become wrong', () => {
      write('etc/meter.yaml', METERS);
      write('etc/api.yaml', 'http: { port: 9001 }');
      const good = load();
      write('etc/meter.yaml', METERS.replace('id: main', 'id: other'));
      write('etc/api.yaml', 'http: { port: 9002, prot: 1 }');
      const after = load();
      assert.equal(after.problems.length, 1);
      assert.deepEqual(after.config, good.config);
      assert.equal(after.hash, good.hash);
      assert.equal(
        after.origins['http.port'],
        `last good configuration: ${join(root, 'etc/api.yaml:1:15')}`,
      );
    });

    it('still follows the variable', () => {
      load();
      write('etc/api.yaml', 'http: 5');
      assert.equal(load({ SOLTHRIVE_PORT: '9003' }).config.http.port, 9003);
    });

    it('is the shipped one without meters where there never was a good one', () => {
      write('etc/meter.yaml', METERS);
      write('etc/api.yaml', 'http: { port: 9001, prot: 1 }');
      const { config } = load();
      assert.deepEqual(config.meters, []);
      assert.equal(config.http.port, 8080);
    });

    it('is not trusted when it is damaged or not understood any more', () => {
      write('etc/api.yaml', 'http: 5');
      write('data/configs/last-good.json', '{"config": {"http": {"po');
      assert.equal(load().config.http.port, 8080);
      write('data/configs/last-good.json', '{"config": {"gone": 1}, "origins": {}}');
      assert.equal(load().config.http.port, 8080);
    });

    it('is readable by its owner only, and not written again without a change', () => {
      load();
      const file = join(root, 'data/configs/last-good.json');
      const { mode, mtimeMs, ino } = statSync(file);
      assert.equal(mode & 0o777, 0o600);
      load();
      assert.deepEqual([statSync(file).mtimeMs, statSync(file).ino], [mtimeMs, ino]);
    });

    it('keeps the configuration of records by its hash, without ports and passwords', () => {
      write('etc/network.yaml', 'mqtt: { url: "mqtt://me:secret@broker" }');
      const { hash } = load();
      assert.match(hash, /^[0-9a-f]{12}$/);
      const text = readFileSync(join(root, `data/configs/${hash}.json`), 'utf8');
      assert.doesNotMatch(text, /secret|mqtt|port/);
      write('etc/api.yaml', 'http: { port: 9999 }');
      assert.equal(load().hash, hash);
      write('etc/meter.yaml', METERS);
      assert.notEqual(load().hash, hash);
    });

    it('does not stop the start where it cannot be kept', () => {
      write('data', 'a file where the folder should be');
      assert.deepEqual(load().problems, []);
    });

    it('is left alone by those who only look', () => {
      peekSite({ paths: paths(), env: {} });
      assert.deepEqual(readdirSync(root), []);
    });
  });
});
