/** Writes lines and tables to a terminal or a file. Colour only where a person sees it and wants it. */

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

const CODES: Record<Colour, number> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

export interface Output {
  line(text?: string): void;
  /** Words broken into lines that fit the terminal, so many columns from its edge; `hang`: all but the first so many more. */
  paragraph(text: string, indent?: number, hang?: number): void;
  /** To the error stream: what is not the answer to the question. */
  error(text: string): void;
  /** Columns padded to their widest cell; the last one is left as it is. */
  table(rows: readonly (readonly string[])[]): void;
  /** The text in a colour where colours are shown. */
  paint(colour: Colour, text: string): string;
  /** The value as indented JSON. */
  json(value: unknown): void;
  /** How far something is that takes long, on one line that is written over; '' wipes it away. */
  progress(text: string): void;
}

export interface Streams {
  write: (text: string) => void;
  writeError: (text: string) => void;
  colour: boolean;
  /** Whether a person watches the error stream: only then is progress shown. */
  watched?: boolean;
  /** Of the terminal; left out, of a page. */
  columns?: number | undefined;
}

/** Where nobody has a terminal. */
const PAGE_COLUMNS = 80;
/** Wider lines are hard to read. */
const MOST_COLUMNS = 120;

/** To the line's start, and wipe it. */
const WIPE = '\r\u001b[K';

export function createOutput(streams: Streams): Output {
  const { write, writeError, colour, watched = false, columns = PAGE_COLUMNS } = streams;
  const line = (text = '') => write(`${text}\n`);
  return {
    line,
    paragraph: (text, indent = 0, hang = 0) => {
      const width = Math.min(columns, MOST_COLUMNS) - indent - hang;
      const [first = '', ...rest] = wrap(text, width);
      line(' '.repeat(indent) + first);
      for (const part of rest) line(' '.repeat(indent + hang) + part);
    },
    error: (text) => writeError(`${text}\n`),
    table: (rows) => {
      for (const text of align(rows)) line(text);
    },
    paint: (name, text) => (colour ? `\u001b[${CODES[name]}m${text}\u001b[0m` : text),
    json: (value) => line(JSON.stringify(value, null, 2)),
    progress: (text) => {
      if (watched) writeError(`${WIPE}${text}`);
    },
  };
}

/** https://no-color.org: any value but an empty one means no colour. */
export function wantsColour(env: Record<string, string | undefined>, isTerminal: boolean): boolean {
  return isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, visible(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const isLast = column === row.length - 1;
        return isLast ? cell : cell + ' '.repeat((widths[column] ?? 0) - visible(cell));
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Lines of at most `width` columns; what is longer in itself stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    const isFitting = last !== undefined && visible(last) + 1 + visible(word) <= width;
    if (isFitting) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** How many places a text takes on the screen: colours take none. */
function visible(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  return text.replace(/\u001b\[\d+m/g, '').length;
}
