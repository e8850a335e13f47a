/** Finds the command that is meant, reads its options and runs it, or says what is wrong with the call. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { asError, SolthriveError } from '../nodes/site/errors.ts';
import { packageVersion } from '../nodes/site/package.ts';
import { type Environment, type SiteMode, sitePaths } from '../nodes/site/paths.ts';
import { loadWords, speakLanguage } from '../nodes/site/words.ts';
import { type Command, commandNames, EXIT, type Input, loadCommand } from './command.ts';
import { Refusal } from './control.ts';
import { languageFor } from './language.ts';
import { createOutput, type Output, type Streams } from './output.ts';
import { refuseWord } from './usage.ts';

const say = loadWords(import.meta.url, 'cli');

const HELP = { help: { type: 'boolean', short: 'h' } } as const satisfies ParseArgsOptionsConfig;

export interface Surroundings extends Streams {
  env: Environment;
  mode: SiteMode;
  input?: Input;
  interrupted?: () => AbortSignal;
}

/**
 * Runs one call of the command line.
 * @param args  without the program's own name
 * @returns the exit code
 */
export async function runCli(args: readonly string[], around: Surroundings): Promise<number> {
  const out = createOutput(around);
  speakLanguage(languageFor(around.env, sitePaths(around.env, around.mode)));
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h') return showHelp(out);
  if (first === '--version') return runCli(['version', ...rest], around);
  if (first === 'help')
    return rest[0] === undefined ? showHelp(out) : runCli([rest[0], '--help'], around);
  const names = commandNames();
  if (!names.includes(first))
    return refuseWord({ out, say, key: 'usage.command', word: first, known: names });
  return call({ name: first, command: await loadCommand(first), rest, out, around });
}

interface Call {
  name: string;
  command: Command;
  rest: string[];
  out: Output;
  around: Surroundings;
}

async function call({ name, command, rest, out, around }: Call): Promise<number> {
  const options = { ...command.options, ...HELP };
  const parsed = readOptions(rest, options);
  if (parsed instanceof Error) return wrongOption(out, parsed, Object.keys(options));
  if (parsed.values.help === true) return showCommandHelp(out, name, Object.keys(command.options));
  const { env, mode, input } = around;
  const { interrupted = () => new AbortController().signal } = around;
  const asked = { words: parsed.positionals, options: parsed.values };
  const where = { env, mode, paths: sitePaths(env, mode), ...(input && { input }) };
  try {
    return await command.run({ ...asked, ...where, out, say, interrupted });
  } catch (thrown) {
    return failed(out, thrown);
  }
}

type Parsed = { values: Record<string, unknown>; positionals: string[] };

function readOptions(args: string[], options: ParseArgsOptionsConfig): Parsed | Error {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (thrown) {
    return asError(thrown);
  }
}

function wrongOption(out: Output, error: Error, names: string[]): number {
  // Node.js tells the option only in its English text: Unknown option '--jsno'. To specify ...
  const [, option] = /^Unknown option '-+([^']+)'/.exec(error.message) ?? [];
  if (option !== undefined)
    return refuseWord({ out, say, key: 'usage.option', word: option, known: names, prefix: '--' });
  out.error(error.message);
  return EXIT.usage;
}

/** An error of ours speaks for itself; of any other the stack is what helps. */
function failed(out: Output, thrown: unknown): number {
  const error = asError(thrown);
  const ours = error instanceof SolthriveError || error instanceof Refusal;
  out.error(ours ? `${error.message} ${error.hint}` : (error.stack ?? error.message));
  return EXIT.wrong;
}

function showHelp(out: Output): number {
  out.line(say('help.title', { version: packageVersion }));
  out.line();
  out.line(say('help.usage'));
  out.line();
  out.table(commandNames().map((name) => [`  ${name}`, say(`commands.${name}.summary`)]));
  out.line();
  out.line(say('help.more'));
  return EXIT.well;
}

function showCommandHelp(out: Output, name: string, options: string[]): number {
  out.line(say(`commands.${name}.summary`));
  out.line();
  for (const line of say(`commands.${name}.usage`).split('\n')) out.line(`  ${line}`);
  out.line();
  const described = options.map((option) => [
    `  --${option}`,
    say(`commands.${name}.options.${option}`),
  ]);
  out.table([...described, ['  --help', say('help.option')]]);
  return EXIT.well;
}
