/**
 * Turns a channel's sign round in the file that declares it, and changes nothing else there: comments,
 * order and spacing stay as somebody wrote them.
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import type { SitePaths } from './config.ts';
import { asError, SolthriveError } from './errors.ts';
import { fileLayers } from './layers.ts';

export interface ChannelName {
  meter: string;
  channel: string;
}

export interface ChannelFile {
  file: string;
  text: string;
}

/**
 * The file that decides about a channel: of all that declare it, the one that lies on top.
 * @throws SolthriveError `channel_not_in_files` where no file of the site does (a simulated home)
 */
export function fileOfChannel(paths: SitePaths, name: ChannelName): ChannelFile {
  const own = fileLayers(paths).files.filter((file) => !file.startsWith(paths.shipped));
  for (const file of own.toReversed()) {
    const text = textOf(file);
    if (text !== null && findChannel(text, name) !== null) return { file, text };
  }
  const { meter, channel } = name;
  throw new SolthriveError('channel_not_in_files', { channel: `${meter}/${channel}` });
}

/**
 * The text of a file with the channel's `invert` as wanted.
 * @throws SolthriveError `channel_not_in_files` where it is not declared there, `config_not_editable`
 *   where it is written in a way that cannot be changed for sure
 */
export function withInvert({ file, text }: ChannelFile, name: ChannelName, value: boolean): string {
  const found = findChannel(text, name);
  const subject = `${name.meter}/${name.channel}`;
  if (found === null) throw new SolthriveError('channel_not_in_files', { channel: subject });
  const edited = edit(text, found, value);
  // What was edited by its place is read once more: it must say what was meant, and nothing else.
  const meant = parseDocument(text);
  meant.setIn([...found.path, 'invert'], value);
  const said = edited === null ? null : parseDocument(edited);
  if (
    edited === null ||
    said?.errors.length !== 0 ||
    !isDeepStrictEqual(said.toJS(), meant.toJS())
  ) {
    throw new SolthriveError('config_not_editable', { file, what: `${subject}: invert: ${value}` });
  }
  return edited;
}

interface Found {
  map: YAMLMap;
  path: (string | number)[];
}

function findChannel(text: string, { meter, channel }: ChannelName): Found | null {
  const document = parseDocument(text);
  if (document.errors.length > 0) return null;
  const at = indexOf(document.get('meters'), meter);
  const channels = ['meters', at, 'channels'];
  const below = at < 0 ? -1 : indexOf(document.getIn(channels), channel);
  if (below < 0) return null;
  const path = [...channels, below];
  const map = document.getIn(path);
  return isMap(map) ? { map, path } : null;
}

function indexOf(list: unknown, id: string): number {
  if (!isSeq(list)) return -1;
  return list.items.findIndex((item) => isMap(item) && item.get('id') === id);
}

/** Null where the places are not as simple as people write them. */
function edit(text: string, { map }: Found, value: boolean): string | null {
  const known = map.get('invert', true);
  if (isScalar(known) && known.range) {
    const [start, end] = known.range;
    return text.slice(0, start) + String(value) + text.slice(end);
  }
  const id = map.get('id', true);
  if (known !== undefined || !isScalar(id) || !id.range || !map.range) return null;
  if (map.flow) {
    const last = map.items.at(-1)?.value;
    const end = isScalar(last) || isSeq(last) || isMap(last) ? last.range?.[1] : undefined;
    return end === undefined ? null : `${text.slice(0, end)}, invert: ${value}${text.slice(end)}`;
  }
  const lines = new LineCounter();
  parseDocument(text, { lineCounter: lines });
  const indent = ' '.repeat(lines.linePos(map.range[0]).col - 1);
  const newline = text.indexOf('\n', id.range[1]);
  const end = newline < 0 ? text.length : newline;
  const ending = text[end - 1] === '\r' ? '\r\n' : '\n';
  const at = text[end - 1] === '\r' ? end - 1 : end;
  return `${text.slice(0, at)}${ending}${indent}invert: ${value}${text.slice(at)}`;
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new SolthriveError('config_unreadable', { file, what: asError(thrown).message }, thrown);
  }
}
