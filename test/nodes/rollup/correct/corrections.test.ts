import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addCorrection,
  type CorrectionEntry,
  correctionsFile,
  effectiveConfig,
  readCorrections,
  removeCorrection,
} from '../../../../nodes/rollup/correct/corrections.ts';
import { SolthriveError } from '../../../../nodes/site/errors.ts';

const OLD = '000000000001';
const NEW = '000000000002';
const NEWER = '000000000003';

describe('corrections of the past', () => {
  let records: string;
  beforeEach(() => {
    records = mkdtempSync(join(tmpdir(), 'solthrive-corrections-'));
  });
  afterEach(() => rmSync(records, { recursive: true, force: true }));

  function entry(more: Partial<CorrectionEntry> = {}): Omit<CorrectionEntry, 'id'> {
    return {
      made_at: '2026-06-20T10:00:00.000Z',
      from: '2026-06-01T05:00:00.000Z',
      to: '2026-06-20T10:00:00.000Z',
      config: NEW,
      ...more,
    };
  }
  const at = (iso: string) => effectiveConfig(readCorrections(records), Date.parse(iso), OLD);

  it('are none where there is no file', () => {
    assert.deepEqual(readCorrections(records), []);
    assert.equal(at('2026-06-10T00:00:00Z'), OLD);
  });

  it('hold from the start of their time to before its end', () => {
    addCorrection(records, entry());
    assert.equal(at('2026-06-01T04:59:00Z'), OLD);
    assert.equal(at('2026-06-01T05:00:00Z'), NEW);
    assert.equal(at('2026-06-20T09:59:00Z'), NEW);
    assert.equal(at('2026-06-20T10:00:00Z'), OLD);
  });

  it('the last one made wins, and one of prices alone says nothing of wires', () => {
    addCorrection(records, entry());
    addCorrection(records, entry({ from: '2026-06-10T05:00:00.000Z', config: NEWER }));
    const prices = { from: '2026-06-01', until: '2026-06-20', book: [] };
    addCorrection(records, entry({ config: null, prices }));
    assert.equal(at('2026-06-09T00:00:00Z'), NEW);
    assert.equal(at('2026-06-11T00:00:00Z'), NEWER);
  });

  it('can be taken back, one by one, until nothing is left of them', () => {
    const first = addCorrection(records, entry());
    const bytes = readFileSync(correctionsFile(records));
    const second = addCorrection(records, entry({ config: NEWER }));
    assert.deepEqual([first.id, second.id], ['1', '2']);
    assert.equal(removeCorrection(records, '2').config, NEWER);
    assert.deepEqual(readFileSync(correctionsFile(records)), bytes);
    removeCorrection(records, '1');
    assert.deepEqual(readdirSync(records), []);
  });

  it('say which there are when asked for one that is not there', () => {
    addCorrection(records, entry());
    assert.throws(() => removeCorrection(records, '7'), code('correction_unknown'));
    assert.equal(readCorrections(records).length, 1);
  });

  const damages: Record<string, string> = {
    'a torn file': '[{"id": "1", "made_at"',
    'an empty file': '',
    'another shape': '{"id": "1"}',
    'a time that is none': JSON.stringify([{ id: '1', ...entry({ from: 'soon' }) }]),
    'a hash that is none': JSON.stringify([{ id: '1', ...entry({ config: '../../etc' }) }]),
  };
  for (const [damage, text] of Object.entries(damages)) {
    it(`are never taken for none: ${damage}`, () => {
      const file = correctionsFile(records);
      writeFileSync(file, text);
      assert.throws(() => readCorrections(records), code('corrections_damaged'));
      assert.throws(() => addCorrection(records, entry()), code('corrections_damaged'));
      assert.equal(readFileSync(file, 'utf8'), text, 'what is left of it was overwritten');
    });
  }

  it('are asked for each minute of a month', () => {
    for (let count = 0; count < 20; count++) addCorrection(records, entry());
    const corrections = readCorrections(records);
    const start = Date.parse('2026-06-01T00:00:00Z');
    let seen = 0;
    for (let minute = 0; minute < 43_200; minute++) {
      if (effectiveConfig(corrections, start + minute * 60_000, OLD) === NEW) seen += 1;
    }
    assert.equal(
      seen,
      (Date.parse('2026-06-20T10:00:00Z') - Date.parse('2026-06-01T05:00:00Z')) / 60_000,
    );
  });
});

function code(wanted: string) {
  return (thrown: unknown) => {
    assert.ok(thrown instanceof SolthriveError);
    assert.equal(thrown.code, wanted);
    assert.ok(thrown.hint.length > 20);
    return true;
  };
}
