/** What a command is, and how commands are found: each is a file in `commands/` by its own name. */
import { readdirSync } from 'node:fs';
import type { ParseArgsOptionsConfig } from 'node:util';
import type { SitePaths } from '../nodes/site/config.ts';
import type { Environment, SiteMode } from '../nodes/site/paths.ts';
import type { Say } from '../nodes/site/words.ts';
import type { Output } from './output.ts';

export interface Input {
  /** Line by line; asked for once, and only by a command that asks questions. */
  lines(): AsyncIterable<string>;
  /** Whether a person types. */
  isTerminal: boolean;
}

export interface CommandContext {
  /** What follows the command's name, without options. */
  words: string[];
  options: Record<string, unknown>;
  env: Environment;
  mode: SiteMode;
  paths: SitePaths;
  out: Output;
  /** The command line's words, `locales/<language>/cli.json`. */
  say: Say;
  /** What is typed, or piped in; left out where nobody can answer. */
  input?: Input;
  /** Aborted when the person has had enough (Ctrl-C); asked for, Ctrl-C ends nothing by itself any more. */
  interrupted: () => AbortSignal;
}

/**
 * A file `commands/<name>.ts` exports one as `command`; its summary, usage and options are below
 * `commands.<name>` in cli.json.
 */
export interface Command {
  options: ParseArgsOptionsConfig;
  /** @returns the exit code: 0 well, 1 something is wrong with the site, 2 wrongly called */
  run(context: CommandContext): number | Promise<number>;
}

export const EXIT = { well: 0, wrong: 1, usage: 2 } as const;

const FOLDER = new URL('./commands/', import.meta.url);
const MODULE = /^([a-z-]+)\.(ts|js)$/;

/** Names of all commands, sorted. */
export function commandNames(): string[] {
  return commandFiles()
    .map((file) => file.replace(MODULE, '$1'))
    .sort();
}

/** @throws where there is no such command; ask `commandNames` first */
export async function loadCommand(name: string): Promise<Command> {
  const file = commandFiles().find((candidate) => candidate.replace(MODULE, '$1') === name);
  if (file === undefined) throw new Error(`no command ${name}`);
  const module = (await import(new URL(file, FOLDER).href)) as { command: Command };
  return module.command;
}

function commandFiles(): string[] {
  return readdirSync(FOLDER).filter((file) => MODULE.test(file));
}
