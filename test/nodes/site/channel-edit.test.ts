import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { withInvert } from '../../../nodes/site/channel-edit.ts';

const PV = { meter: 'main', channel: 'pv' };
const set = (text: string, value = true) => withInvert({ file: 'meter.yaml', text }, PV, value);

const FLOW = `# my house
meters:
  - id: main   # in the garage
    profile: ccs-wattnode-wnc
    channels:
      - { id: mains, role: grid,   phases: [l1, l2] }   # both legs
      - { id: pv,    role: solar,  phases: [l3] }       # west roof
`;
const BLOCK = `meters:
- id: main
  channels:
    -   id: pv       # west roof
        role: solar
    - id: mains
      invert: true
`;

describe('a channel’s sign in its file', () => {
  it('is added in the style of the file, and nothing else changes', () => {
    assert.equal(set(FLOW), FLOW.replace('phases: [l3] }', 'phases: [l3], invert: true }'));
    assert.equal(set(BLOCK), BLOCK.replace('# west roof\n', '# west roof\n        invert: true\n'));
    assert.equal(set(BLOCK.replaceAll('\n', '\r\n')), set(BLOCK).replaceAll('\n', '\r\n'));
    const open = 'meters:\n  - id: main\n    channels:\n      - id: pv';
    assert.equal(set(open), `${open}\n        invert: true`);
  });

  it('is changed where it stands', () => {
    const flipped = set(FLOW);
    assert.equal(set(flipped, false), flipped.replace('invert: true', 'invert: false'));
    const written = BLOCK.replace('role: solar', 'invert:   no # sic\n        role: solar');
    assert.match(set(written), /invert: {3}true # sic/);
  });

  it('is refused where the channel is not in the file', () => {
    for (const text of ['', 'meters: []\n', FLOW.replace('id: pv', 'id: roof'), '{ broken']) {
      assert.throws(() => set(text), { code: 'channel_not_in_files' });
    }
  });

  it('is all that differs, whatever comes before and after', () => {
    const comment = fc.constantFrom('', ' # invert: x', ' # }, ]');
    const style = fc.record({
      before: comment,
      after: comment,
      pad: fc.constantFrom('', '  '),
      more: fc.constantFrom('', 'multiplier: 2', 'max_watts: 9'),
      flow: fc.boolean(),
    });
    fc.assert(
      fc.property(style, ({ before, after, pad, more, flow }) => {
        const rest = more === '' ? '' : flow ? `, ${more}` : `\n${pad}      ${more}`;
        const own = flow
          ? `{ id: pv, role: solar${rest}${pad} }${after}`
          : `id: pv${after}\n${pad}      role: solar${rest}`;
        const text = `meters:${before}\n${pad}- id: main\n${pad}  channels:\n${pad}    - ${own}\n`;
        const was = parse(text) as { meters: { channels: object[] }[] };
        const now = parse(set(text)) as typeof was;
        const [channel] = was.meters[0]?.channels ?? [];
        assert.deepEqual(now, {
          meters: [{ id: 'main', channels: [{ ...channel, invert: true }] }],
        });
        for (const part of [before, after]) assert.ok(set(text).includes(part));
      }),
    );
  });
});
