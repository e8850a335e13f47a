import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from '../../../build/docs.ts';
import { CONFIG_FILES, shippedLayer } from '../../../nodes/site/layers.ts';
import { leaves } from '../../../nodes/site/origins.ts';
import { packageRoot, shippedConfig } from '../../../nodes/site/package.ts';
import { sitePaths } from '../../../nodes/site/paths.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';
import { entryAt, formatPath, plain } from '../../../nodes/site/tree.ts';
import { parseYaml } from '../../../nodes/site/yaml-source.ts';

const read = (file: string) => readFileSync(file, 'utf8');

describe('the shipped configuration', () => {
  const layer = shippedLayer(sitePaths({}, { kind: 'appliance' }));

  it('says exactly what the schema takes for granted', () => {
    assert.deepEqual(layer.problems, []);
    assert.deepEqual(siteConfigSchema.parse(plain(layer.tree)), siteConfigSchema.parse({}));
  });

  it('shows every key there is', () => {
    const missing = leaves(siteConfigSchema.parse({}))
      .filter((path) => entryAt(layer.tree, path) === undefined)
      .map(formatPath);
    assert.deepEqual(missing, []);
  });

  it('names its schema for editors in every file', () => {
    for (const name of CONFIG_FILES) {
      const [first] = read(join(shippedConfig, name)).split('\n');
      assert.equal(first, '# yaml-language-server: $schema=./schema.json', name);
    }
  });

  it('gives examples in its comments that are right', () => {
    for (const name of ['meter.yaml', 'tariff.yaml']) {
      const example = read(join(shippedConfig, name))
        .split('\n')
        .filter((line) => line.startsWith('#   '))
        .map((line) => line.slice(4))
        .join('\n');
      const { tree, problems } = parseYaml(name, example);
      assert.deepEqual(problems, []);
      assert.ok(tree !== null && tree.entries.size > 0, name);
      assert.deepEqual(siteConfigSchema.safeParse(plain(tree)).error?.issues ?? [], [], name);
    }
  });
});

describe('what is made from the schema', () => {
  for (const [file, text] of Object.entries(generatedFiles())) {
    it(`${file} is current; \`node build/docs.ts\` makes it`, () => {
      assert.equal(read(join(packageRoot, file)), text);
    });
  }

  it('explains every key', () => {
    const table = generatedFiles()['docs/configuration.md'] ?? '';
    const silent = table.split('\n').filter((line) => /^\| `.*\|\s*\|$/.test(line));
    assert.deepEqual(silent, []);
  });
});
