import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadProfile, loadProfiles } from '../../../nodes/meter/profile-file.ts';
import { SolthriveError } from '../../../nodes/site/errors.ts';

const SHIPPED = fileURLToPath(new URL('../../../config/meters', import.meta.url));

const SOUND = `id: test-meter
manufacturer: Example
model: One
confidence: low
serial: { baud: 9600, parity: even, stop_bits: 2, unit: 7 }
read:
  function: 4
  type: int32
  word_order: big
  byte_order: big
  max_registers: 60
  align: 2
blocks:
  - { start: 0, count: 10 }
  - { start: 20, count: 4 }
invalid: { int32: [2147483647], float32: [-9999.9] }
asleep: { float32: [.nan] }
identity:
  - { address: 11, type: uint16, one_of: [71, 72] }
values:
  fast:
    power_l1: { address: 0, scale: 0.1 }
    voltage_l1_n: { address: 8 }
  slow:
    frequency: { address: 20, type: uint16, scale: 0.01 }
counters: { totals: summed, resolution_kwh: 0.1, modulus_kwh: null }
sources:
  - invented for this test
`;

// [what a person got wrong, the text, what it became, place, what the message must say]
const MISTAKES: [string, string, string, string, RegExp][] = [
  ['a key nobody knows', '  align: 2', '  aling: 2', '12:3', /the key "aling"/],
  ['a name nobody knows', '    power_l1:', '    power_a:', '22:5', /name of the vocabulary/],
  ['a slip in a name', '    power_l1:', '    pwoer_l1:', '22:5', /vocabulary: power_l1/],
  ['text for a number', 'address: 8 }', 'address: eight }', '23:30', /text "eight".*number/],
  ['a value outside the blocks', 'address: 8 }', 'address: 10 }', '23:30', /ends at register 11/],
  ['a value cut by a barrier', 'address: 8 }', 'address: 9 }', '23:30', /ends at register 10/],
  ['a wrong order', 'word_order: big', 'word_order: middle', '9:15', /big, little/],
  ['a code that is no number', '[.nan]', '[none]', '17:21', /a number, or \.nan/],
  ['a function that writes', 'function: 4', 'function: 6', '7:13', /one of: 3, 4/],
  ['too long a read', 'max_registers: 60', 'max_registers: 126', '11:18', /at most 125/],
  ['blocks that overlap', 'start: 20', 'start: 8', '15:14', /10 or later/],
  ['a block off the alignment', 'count: 10', 'count: 9', '14:24', /multiple of align \(2\)/],
  ['an identity of anything', ', one_of: [71, 72]', '', '19:5', /one_of, min or max/],
  ['a value longer than a request', 'max_registers: 60', 'max_registers: 1', '22:5', /one request/],
  ['no power to poll', 'power_l1: {', 'power_factor_l1: {', '22:5', /at least one power/],
  ['a missing key', 'model: One\n', '', '1:1', /nothing.*text for model/],
  [
    'the same name twice',
    '  slow:\n',
    '  slow:\n    power_l1: { address: 20 }\n',
    '25:5',
    /each name once/,
  ],
  ['a duplicate key', 'model: One', 'model: One\nmodel: Two', '4:1', /./],
  ['another id than the file', 'id: test-meter', 'id: other', '1:5', /test-meter/],
];

describe('profile files', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'profiles-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function write(text: string, under = '.', name = 'test-meter.yaml'): string {
    mkdirSync(join(folder, under), { recursive: true });
    const file = join(folder, under, name);
    writeFileSync(file, text);
    return file;
  }

  it('become profiles, with what is left out filled in', () => {
    const profile = loadProfile(write(SOUND));
    assert.deepEqual(profile, {
      id: 'test-meter',
      manufacturer: 'Example',
      model: 'One',
      fn: 4,
      wordOrder: 'big',
      byteOrder: 'big',
      maxRegisters: 60,
      align: 2,
      gapMs: 0,
      replyDelayMs: 0,
      blocks: [
        { start: 0, count: 10 },
        { start: 20, count: 4 },
      ],
      // As it comes over the wire: no float32 is exactly what the file says.
      invalid: { int32: [2_147_483_647], float32: [Math.fround(-9999.9)] },
      asleep: { float32: [Number.NaN] },
      values: [
        { name: 'power_l1', address: 0, type: 'int32', scale: 0.1, unit: 'W', speed: 'fast' },
        { name: 'voltage_l1_n', address: 8, type: 'int32', scale: 1, unit: 'V', speed: 'fast' },
        { name: 'frequency', address: 20, type: 'uint16', scale: 0.01, unit: 'Hz', speed: 'slow' },
      ],
      totalCounters: 'summed',
      counterResolutionKwh: 0.1,
      counterModulusKwh: null,
      defaults: { baud: 9600, parity: 'even', stopBits: 2, unit: 7 },
      identity: [{ address: 11, fn: 4, type: 'uint16', expect: { oneOf: [71, 72] } }],
    });
  });

  for (const [slip, right, wrong, place, says] of MISTAKES) {
    it(`are refused for ${slip}, by its place`, () => {
      assert.ok(SOUND.includes(right));
      const file = write(SOUND.replace(right, wrong));
      assert.throws(
        () => loadProfile(file),
        (error) => {
          assert.ok(error instanceof SolthriveError);
          assert.equal(error.code, 'profile_invalid');
          assert.equal(error.params.where, `${file}:${place}`);
          assert.match(error.message, says);
          return true;
        },
      );
    });
  }

  it('of a later folder take the place of earlier ones, and so does a refused one', () => {
    write(SOUND, 'shipped');
    write(SOUND.replace('test-meter', 'other'), 'shipped', 'other.yaml');
    write(SOUND.replace('model: One', 'model: Mended'), 'site');
    write('id: [', 'site', 'other.yaml');
    const { known, refused } = loadProfiles(
      ['shipped', 'site', 'absent'].map((f) => join(folder, f)),
    );
    assert.deepEqual([...known.keys()], ['test-meter']);
    assert.equal(known.get('test-meter')?.model, 'Mended');
    assert.deepEqual(
      refused.map(({ code, params }) => [params.profile, code]),
      [['other', 'profile_invalid']],
    );
  });

  it('that are shipped are all sound, and say where their facts come from', () => {
    const { known, refused } = loadProfiles([SHIPPED]);
    assert.deepEqual(refused, []);
    for (const id of ['ccs-wattnode-wnc', 'eastron-sdm120', 'eastron-sdm630-v2']) {
      assert.ok(known.has(id), id);
      assert.match(readFileSync(join(SHIPPED, `${id}.yaml`), 'utf8'), /^sources:$/m);
    }
  });
});
