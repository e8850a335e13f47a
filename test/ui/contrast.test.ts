/** WCAG 2.2 contrast of every text and drawing on the page, from the tokens of both themes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

const ELEMENTS = new URL('../../ui/elements/', import.meta.url);
const theme = readFileSync(new URL('theme.ts', ELEMENTS), 'utf8');
const [lightCss = '', darkCss = ''] = theme.split('@media (prefers-color-scheme: dark)');

/** 1.4.3 for text, 1.4.11 for what is drawn. */
const TEXT = 4.5;
const DRAWING = 3;

const TEXTS = ['ink', 'soft', 'good', 'warn', 'bad'];
const INKS = ['solar', 'home', 'import', 'export', 'battery', 'ev'].map((id) => `${id}-ink`);
const LINES = ['solar-line', 'home', 'import', 'export', 'battery', 'ev'];
/** The greatest share of a text's own colour that lies below it, in a pill, a notice or a badge. */
const TINTS: [tone: string, share: number][] = [
  ['good', 0.13],
  ['warn', 0.13],
  ['bad', 0.13],
  ['ev-ink', 0.1],
  ['home-ink', 0.07],
];

type Rgb = [number, number, number];
type Tokens = Map<string, Rgb>;

function tokensOf(css: string): Tokens {
  const pairs = [...css.matchAll(/--([\w-]+): var\(--solthrive-\1, #([0-9a-f]{6})\)/g)];
  return new Map(pairs.map(([, name = '', hex = '']) => [name, rgbOf(hex)]));
}

function rgbOf(hex: string): Rgb {
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

/** Relative luminance: WCAG 2.2, "relative luminance". */
function luminance(color: Rgb): number {
  const [r, g, b] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function mix(over: Rgb, under: Rgb, share: number): Rgb {
  return over.map((part, at) => part * share + (under[at] ?? 0) * (1 - share)) as Rgb;
}

for (const [name, css] of [
  ['light', lightCss],
  ['dark', darkCss],
] as const) {
  describe(`the ${name} theme`, () => {
    const tokens = tokensOf(css);
    const color = (token: string): Rgb => {
      const found = tokens.get(token);
      assert.ok(found, `${token} has a colour of its own`);
      return found;
    };
    const reads = (text: string, ground: Rgb, least: number, where: string) => {
      const ratio = contrast(color(text), ground);
      assert.ok(ratio >= least, `${text} on ${where}: ${ratio.toFixed(2)} of ${least}`);
    };

    it('is readable on cards and on the page', () => {
      for (const text of [...TEXTS, ...INKS]) reads(text, color('card'), TEXT, 'a card');
      for (const text of TEXTS) reads(text, color('page'), TEXT, 'the page');
      for (const text of ['ink', 'soft']) reads(text, color('track'), TEXT, 'a gap or a button');
    });

    it('is readable on the tint of a pill, a notice or a fault', () => {
      for (const [tone, share] of TINTS) {
        const ground = mix(color(tone), color('card'), share);
        reads(tone, ground, TEXT, `its own ${share * 100} %`);
        reads('ink', ground, TEXT, `${share * 100} % ${tone}`);
      }
      for (const tone of ['warn', 'bad', 'home-ink']) {
        reads('soft', mix(color(tone), color('card'), 0.07), TEXT, `7 % ${tone}`);
      }
    });

    it('draws lines that stand out', () => {
      for (const line of LINES) reads(line, color('card'), DRAWING, 'a card');
      reads('home', color('page'), DRAWING, 'the page, as the ring of the focus');
    });

    it('has a colour for every token that is used', () => {
      const sources = readdirSync(ELEMENTS).map((file) =>
        readFileSync(new URL(file, ELEMENTS), 'utf8'),
      );
      const used = sources.flatMap((text) => [...text.matchAll(/var\(--([\w-]+)\)/g)]);
      const own = new Set(['tone', 'tone-ink', 'shadow']);
      for (const [, token = ''] of used) if (!own.has(token)) color(token);
    });
  });
}
