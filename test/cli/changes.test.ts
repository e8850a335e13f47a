import assert from 'node:assert/strict';
import {
  appendFileSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Change, Changes, replaceConfig } from '../../cli/changes.ts';

describe('changes of the configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'solthrive-changes-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const flip = (hour: string): Change => ({
    ts: `2026-06-21T${hour}:00:00.000Z`,
    what: 'flip',
    by: 'pat',
    channel: 'main/pv',
    file: 'meter.yaml',
    from: false,
    to: true,
  });

  it('can be taken back also after half a line that a power cut has left', () => {
    const changes = new Changes(folder);
    changes.add(flip('11'));
    appendFileSync(join(folder, 'changes.jsonl'), '{"ts":"2026-06-21T12');
    changes.add(flip('13'));
    assert.equal(changes.standing()?.flip.ts, flip('13').ts);
    const lines = readFileSync(join(folder, 'changes.jsonl'), 'utf8').split('\n');
    assert.equal(lines.length, 4, 'no line is empty but the last');
  });

  it('go into the file behind a link, and leave the link', () => {
    const [real, link] = [join(folder, 'real.yaml'), join(folder, 'meter.yaml')];
    writeFileSync(real, 'before');
    symlinkSync(real, link);
    replaceConfig(link, 'after');
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(readFileSync(real, 'utf8'), 'after');
  });
});
