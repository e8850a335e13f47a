import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { hidePassword, hidePasswords } from '../../../nodes/site/describe.ts';
import { nearest } from '../../../nodes/site/nearest.ts';
import { problemsOf } from '../../../nodes/site/problems.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';
import { plain, type Tree } from '../../../nodes/site/tree.ts';
import { parseYaml } from '../../../nodes/site/yaml-source.ts';

describe('reading YAML', () => {
  it('gives back what was written', () => {
    const key = fc.stringMatching(/^[a-z_]{1,8}$/);
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(key, value), (config) => {
        const text = stringify(config, { aliasDuplicateObjects: false });
        const { tree, problems } = parseYaml('a.yaml', text);
        assert.deepEqual(problems, []);
        assert.deepEqual(tree === null ? null : plain(tree), structuredClone({ ...config }));
      }),
    );
  });

  it('never throws, whatever the file holds, and has a place for each problem', () => {
    const bits = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '[',
      '{',
      '}',
      '"',
      '\n',
      '  ',
      '\t',
      '&x ',
      '*x',
      '!t ',
      '#',
      '? ',
      '|',
      '---\n',
      '<<',
      '\r\n',
      '0',
    );
    const text = fc.array(bits, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (yaml) => {
        const { tree, problems } = parseYaml('a.yaml', yaml);
        assert.equal(tree === null, problems.length > 0);
        for (const { file, line, column, found, expected } of problems) {
          assert.equal(file, 'a.yaml');
          assert.ok(line >= 1 && column >= 1);
          assert.ok(!/^(yaml|found|expected)\./.test(`${found}`), found);
          assert.ok(!/^(yaml|found|expected)\./.test(`${expected}`), expected);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('problems', () => {
  const SECTIONS = Object.keys(siteConfigSchema.shape);

  it('are put into words for whatever stands where', () => {
    const item = fc.dictionary(
      fc.constantFrom(
        'id',
        'type',
        'host',
        'source',
        'channels',
        'bus',
        'rate',
        'periods',
        'export',
        'zzz',
      ),
      fc.oneof(fc.jsonValue(), fc.constantFrom('tcp', 'serial', 'external', 'grid')),
    );
    const section = fc.oneof(fc.jsonValue(), fc.array(item, { maxLength: 3 }));
    const config = fc.dictionary(fc.constantFrom(...SECTIONS, 'htpp'), section);
    fc.assert(
      fc.property(config, (written) => {
        const { tree } = parseYaml('a.yaml', stringify(written, { aliasDuplicateObjects: false }));
        const issues = siteConfigSchema.safeParse(plain(tree as Tree)).error?.issues ?? [];
        const problems = problemsOf(tree as Tree, issues);
        assert.equal(problems.length >= issues.length, true);
        for (const { line, found, expected } of problems) {
          assert.ok(line >= 1);
          assert.doesNotMatch(
            `${found}|${expected}`,
            /(^|\|)(found|expected)\.|\{(limit|values|known|other|text|number|value|key)\}/,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('know the word that was meant', () => {
    const keys = ['port', 'host', 'allowed_hosts', 'max_connections_per_address'];
    assert.equal(nearest('prot', keys), 'port');
    assert.equal(nearest('allowedHosts', keys), 'allowed_hosts');
    assert.equal(nearest('max_connection_per_adress', keys), 'max_connections_per_address');
    assert.equal(nearest('PORT', keys), 'port');
    assert.equal(nearest('colour', keys), undefined);
    assert.equal(nearest('b', ['a']), undefined);
    assert.equal(nearest('', keys), undefined);
    assert.equal(nearest('port', []), undefined);
  });

  it('are a step or two from the word at most', () => {
    const word = fc.stringMatching(/^[a-z]{3,12}$/);
    fc.assert(
      fc.property(word, fc.nat(), (meant, where) => {
        const at = where % meant.length;
        const missing = meant.slice(0, at) + meant.slice(at + 1);
        assert.equal(nearest(missing, [meant]), meant);
        assert.equal(nearest(meant, [`${meant}xyzxyzxyzxyzxyz`]), undefined);
      }),
    );
  });

  it('keep passwords to themselves', () => {
    assert.equal(hidePassword('mqtt://me:s3cret@broker:1883'), 'mqtt://me:***@broker:1883');
    assert.equal(hidePassword('mqtt://me:p@ss:w/rd@broker'), 'mqtt://me:***@broker');
    assert.equal(hidePassword('mqtt://:s3cret@broker'), 'mqtt://:***@broker');
    assert.equal(hidePassword('mqtt://me@broker:1883'), 'mqtt://me@broker:1883');
    assert.equal(hidePassword('http://broker:1883/a'), 'http://broker:1883/a');
    assert.equal(hidePassword('16:00'), '16:00');
    assert.equal(hidePassword('me:p@ss/w:rd@broker:1883'), 'me:***@broker:1883');
    assert.equal(hidePassword('me:/s3cret@broker'), 'me:***@broker');
    assert.equal(hidePassword('mqtt://me:/s3cret@broker'), 'mqtt://me:***@broker');
    assert.equal(hidePassword('mqtt:/me:s3cret@broker'), 'mqtt:/me:***@broker');
    assert.equal(hidePassword('mqtt:me:s3cret@broker'), 'mqtt:***@broker');
    assert.equal(hidePassword('me:s3\ncret@broker'), 'me:***@broker');
    for (const url of ['me:s3cret@broker', 'mqtt:/me:s3cret@broker', 'mqt//me:s3cret@broker']) {
      const { tree } = parseYaml('x', stringify({ mqtt: { enabled: true, url } }));
      assert.ok(tree);
      const { error } = siteConfigSchema.safeParse(plain(tree));
      const problems = problemsOf(tree, error?.issues ?? []);
      assert.equal(problems.length, 1);
      assert.ok(!JSON.stringify(problems).includes('s3cret'), url);
    }
    assert.deepEqual(hidePasswords({ a: ['x://u:p@h', 5, null] }), { a: ['x://u:***@h', 5, null] });
  });
});
