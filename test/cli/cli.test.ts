import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { commandNames, loadCommand } from '../../cli/command.ts';
import { createOutput, wantsColour } from '../../cli/output.ts';
import { runCli } from '../../cli/run.ts';
import { packageRoot, packageVersion } from '../../nodes/site/package.ts';
import type { SiteMode } from '../../nodes/site/paths.ts';
import { siteConfigSchema } from '../../nodes/site/schema.ts';
import { minuteAt } from '../nodes/journal/samples.ts';

describe('the command line', () => {
  let root: string;
  let port: string;
  const servers: Server[] = [];
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'solthrive-cli-'));
    const probe = await serve(() => {}, 0);
    port = String((probe.address() as AddressInfo).port);
    await close(probe);
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(close));
    rmSync(root, { recursive: true });
  });

  function serve(listener: RequestListener, where: number | string): Promise<Server> {
    const server = createServer(listener);
    servers.push(server);
    return new Promise((resolve) => {
      if (typeof where === 'number') server.listen(where, '127.0.0.1', () => resolve(server));
      else server.listen(where, () => resolve(server));
    });
  }
  function close(server: Server): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  async function run(...args: string[]) {
    let [text, errors] = ['', ''];
    const code = await runCli(args, {
      env: { SOLTHRIVE_PORT: port },
      mode: { kind: 'folder', folder: root } satisfies SiteMode,
      write: (part) => {
        text += part;
      },
      writeError: (part) => {
        errors += part;
      },
      colour: false,
    });
    return { code, text, errors };
  }

  describe('help', () => {
    it('lists every command with a summary', async () => {
      for (const args of [[], ['--help'], ['-h'], ['help']]) {
        const { code, text } = await run(...args);
        assert.equal(code, 0);
        for (const name of commandNames()) {
          assert.match(text, new RegExp(`^  ${name} +[A-Z].*\\.$`, 'm'));
        }
      }
    });

    it('explains each command and each of its options', async () => {
      for (const name of commandNames()) {
        const { code, text } = await run(name, '--help');
        assert.equal(code, 0);
        assert.deepEqual((await run('help', name)).text, text);
        for (const option of Object.keys((await loadCommand(name)).options)) {
          assert.match(text, new RegExp(`^  --${option} +\\S`, 'm'));
        }
        assert.doesNotMatch(text, /commands\./, 'a text is missing');
      }
    });

    it('says what was probably meant', async () => {
      const calls: [string[], RegExp][] = [
        [['confg'], /no command confg[\s\S]*mean config\?/],
        [['config', 'vaidate'], /no action vaidate[\s\S]*mean validate\?/],
        [['config', 'show', '--jsno'], /no option --jsno[\s\S]*mean --json\?/],
        [['zzzzzz'], /There are: .*check, clock, .*config/],
        [['config'], /There are: show, validate, where/],
        [['version', '--json=5'], /json/],
      ];
      for (const [args, says] of calls) {
        const { code, text, errors } = await run(...args);
        assert.equal(code, 2, args.join(' '));
        assert.equal(text, '');
        assert.match(errors, says);
      }
    });
  });

  it('tells the version', async () => {
    assert.ok((await run('version')).text.includes(packageVersion));
    assert.equal(JSON.parse((await run('version', '--json')).text).version, packageVersion);
    assert.deepEqual(await run('--version'), await run('version'));
  });

  it('is a program of its own, with an exit code', async () => {
    const program = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(packageRoot, 'cli/main.ts'), ...args]);
    assert.ok((await program('version')).stdout.includes(packageVersion));
    await assert.rejects(program('nonsense'), { code: 2, stdout: '' });
  });

  describe('config', () => {
    it('shows the configuration in force as YAML that is valid itself', async () => {
      write('etc/base.yaml', 'site: { name: "Elm: 4" }');
      const { code, text } = await run('config', 'show');
      assert.equal(code, 0);
      assert.equal(siteConfigSchema.parse(parse(text)).site.name, 'Elm: 4');
    });

    it('never shows a password', async () => {
      write('etc/network.yaml', 'mqtt: { url: "mqtt://me:s3cr3t@broker" }');
      for (const options of [[], ['--json'], ['--origin'], ['--origin', '--json']]) {
        const { text } = await run('config', 'show', ...options);
        assert.match(text, /mqtt:\/\/me:\*\*\*@broker/);
        assert.doesNotMatch(text, /s3cr3t/);
      }
      write('etc/network.yaml', 'mqtt: { url: "mq://me:s3cr3t@broker" }');
      for (const action of ['show', 'validate']) {
        const { text, errors } = await run('config', action);
        assert.doesNotMatch(text + errors, /s3cr3t/);
      }
    });

    it('shows where each value comes from', async () => {
      write('etc/base.yaml', 'site:\n  name: Hut\n');
      const { text } = await run('config', 'show', '--origin');
      assert.match(text, new RegExp(`^site\\.name +"Hut" +${root}/etc/base\\.yaml:2:9$`, 'm'));
      assert.match(text, new RegExp(`^http\\.port +${port} +SOLTHRIVE_PORT$`, 'm'));
      const json = JSON.parse((await run('config', 'show', '--origin', '--json')).text);
      assert.deepEqual(json['site.name'], { value: 'Hut', origin: `${root}/etc/base.yaml:2:9` });
    });

    it('validates: 0 when it is right, 1 and every mistake when it is not', async () => {
      write('etc/base.yaml', 'site: { name: Hut }');
      const good = await run('config', 'validate');
      assert.equal(good.code, 0);
      assert.match(good.text, /valid: 8 file/);
      write('etc/base.yaml', 'site: { nam: Hut }\nmdns: 5\n');
      const bad = await run('config', 'validate');
      assert.equal(bad.code, 1);
      assert.match(bad.text, /base\.yaml:1:9: site\.nam: .* Did you mean name\?/);
      assert.match(bad.text, /base\.yaml:2:7: mdns: /);
      const json = JSON.parse((await run('config', 'validate', '--json')).text);
      assert.equal(json.valid, false);
      assert.equal(json.problems.length, 2);
      assert.match((await run('config', 'show')).errors, /2 mistake/);
    });

    it('finds a profile that is not there and phases it does not have', async () => {
      write(
        'etc/meter.yaml',
        [
          'buses: [{ id: lan, type: tcp, host: meter }]',
          'meters:',
          '  - id: main',
          '    profile: eastron-sdm121',
          '    bus: lan',
          '    channels: [{ id: mains, role: grid }]',
          '  - id: barn',
          '    profile: eastron-sdm120',
          '    bus: lan',
          '    unit: 2',
          '    channels:',
          '      - { id: a, role: load, phases: [l1] }',
          '      - { id: b, role: ev, phases: [l1, l3] }',
          '  - { id: own, profile: mine, bus: lan, unit: 3, channels: [{ id: a, role: load }] }',
        ].join('\n'),
      );
      write('etc/meters/mine.yaml', 'id: mine\n');
      const { code, text } = await run('config', 'validate');
      assert.equal(code, 1);
      const [profile, phase, refused, sum] = text.split('\n');
      assert.match(
        profile ?? '',
        /meter\.yaml:4:14: meters\[0\]\.profile: .*sdm121.*mean eastron-sdm120\?/,
      );
      assert.match(
        phase ?? '',
        /meter\.yaml:13:41: meters\[1\]\.channels\[1\]\.phases\[1\]: .*"l3", expected one of l1\./,
      );
      assert.match(refused ?? '', /meter\.yaml:14:25: .*"mine", .*mine\.yaml:1:1/);
      assert.match(sum ?? '', /^3 mistake/);
      assert.equal(JSON.parse((await run('config', 'validate', '--json')).text).problems.length, 3);
      rmSync(join(root, 'etc/meters/mine.yaml'));
      assert.match((await run('check')).text, /✗ {2}meter profiles +3 meter.*:4:14: meters\[0\]/);
    });

    it('says which settings do nothing in this release, and does not mind them', async () => {
      assert.deepEqual(JSON.parse((await run('config', 'validate', '--json')).text).warnings, []);
      write('etc/api.yaml', 'dashboard: { login: true }');
      write('etc/network.yaml', 'mdns:\n  enabled: false\n');
      const { code, text } = await run('config', 'validate');
      assert.equal(code, 0);
      assert.match(text, /api\.yaml:1:21: dashboard\.login .* STAYS OPEN/);
      assert.match(text, /network\.yaml:2:12: mdns\.enabled is set, but has no effect/);
      assert.equal(text.trimEnd().split('\n').length, 3, 'a line a key, and the verdict');
      const checked = await run('check');
      assert.match(checked.text, /! {2}settings +\S*api\.yaml:1:21/);
      assert.match(checked.text, /^ +\S*network\.yaml:2:12/m);
      assert.equal(checked.code, 0);
    });

    it('says where it looks', async () => {
      write('etc/api.yaml', '');
      const { text } = await run('config', 'where');
      assert.match(text, new RegExp(`^  ${root}/etc/api\\.yaml$`, 'm'));
      assert.match(text, new RegExp(`^  ${root}/boot/config\\.yaml +not there$`, 'm'));
      const { files } = JSON.parse((await run('config', 'where', '--json')).text);
      const etc = files.find(({ file }: { file: string }) => file === `${root}/etc/api.yaml`);
      assert.equal(etc.exists, true);
    });
  });

  describe('check', () => {
    async function states(): Promise<Record<string, string>> {
      const { code, text } = await run('check', '--json');
      const list = JSON.parse(text) as { name: string; state: string; reason: string }[];
      for (const { reason } of list) assert.doesNotMatch(reason, /^check\./, 'a text is missing');
      assert.equal(code, list.some(({ state }) => state === 'fail') ? 1 : 0);
      return Object.fromEntries(list.map(({ name, state }) => [name, state]));
    }

    it('finds nothing wrong on a desk before the first start', async () => {
      const found = await states();
      assert.equal(found.configuration, 'pass');
      assert.equal(found.profiles, 'pass');
      assert.equal(found.port, 'pass');
      assert.equal(found.node, 'pass');
      assert.equal(found.service, 'not_applicable');
      assert.equal(found.token, 'not_applicable');
      assert.ok(!Object.values(found).includes('fail'));
    });

    it('fails with a reason for a wrong configuration, an unknown profile and an open token', async () => {
      write(
        'etc/meter.yaml',
        'buses: [{ id: lan, type: tcp, host: meter }]\nmeters: [{ id: m, profile: nobodys, bus: lan, channels: [{ id: x, role: grid }] }]',
      );
      write('etc/token', 'abc');
      chmodSync(join(root, 'etc/token'), 0o644);
      const before = await states();
      assert.equal(before.profiles, 'fail');
      assert.equal(before.meters, 'pass');
      assert.equal(before.token, 'fail');
      assert.equal(before.configuration, 'pass');
      write('etc/api.yaml', 'mdns: 5');
      assert.equal((await states()).configuration, 'fail');
      assert.match((await run('check')).text, /✗ {2}configuration +1 mistake.*api\.yaml:1:7/);
    });

    it('tells our own service on the port from another program', async () => {
      let reply: unknown = { status: 'ok' };
      await serve((_request, response) => response.end(JSON.stringify(reply)), Number(port));
      assert.equal((await states()).port, 'fail');
      reply = { status: 'ok', modbus_status: 'ok' };
      assert.equal((await states()).port, 'pass');
    });

    it('says what was measured while the time was not known', async () => {
      const record = minuteAt('1970-01-01T00:00:00.000Z');
      const line = `${JSON.stringify({ mono_ms: 5_000, record })}\n`;
      write('data/undated/another-start.jsonl', line);
      assert.equal((await states()).clock, 'warn');
      assert.match((await run('check')).text, /! {2}clock .* 0\.02 kWh imported/);
    });

    it('asks the running service', async () => {
      mkdirSync(join(root, 'run'));
      let reply = '{"version":"2.0.0","uptime_s":120}';
      await serve((_request, response) => response.end(reply), join(root, 'run/control.sock'));
      const { text } = await run('check');
      assert.match(text, /✓ {2}service +version 2\.0\.0 has been running for 2 min/);
      reply = 'not JSON';
      assert.equal((await states()).service, 'fail');
    });
  });

  describe('output', () => {
    it('may be left unread, as by `| head`', async () => {
      const cli = spawn(process.execPath, [join(packageRoot, 'cli/main.ts'), 'version', '--help']);
      cli.stdout.destroy();
      let complaint = '';
      cli.stderr.on('data', (part: Buffer) => {
        complaint += part.toString();
      });
      await once(cli, 'close');
      assert.equal(complaint, '');
      assert.equal(cli.exitCode, 0);
    });

    it('is coloured for a person who wants it only', () => {
      assert.equal(wantsColour({}, true), true);
      assert.equal(wantsColour({ NO_COLOR: '' }, true), true);
      assert.equal(wantsColour({ NO_COLOR: '1' }, true), false);
      assert.equal(wantsColour({ TERM: 'dumb' }, true), false);
      assert.equal(wantsColour({}, false), false);
    });

    it('aligns columns whatever their colour', () => {
      let text = '';
      const write = (part: string) => {
        text += part;
      };
      const out = createOutput({ write, writeError: write, colour: true });
      out.table([
        [out.paint('red', 'a'), 'b'],
        ['long', 'c'],
      ]);
      assert.equal(text, '\u001b[31ma\u001b[0m     b\nlong  c\n');
    });
  });
});
