#!/usr/bin/env node
/** `solthrive-cli`: the installer's command line. */
import { createInterface } from 'node:readline';
import { currentMode } from '../nodes/site/paths.ts';
import { wantsColour } from './output.ts';
import { runCli } from './run.ts';

// `... | head` stops reading early: what is left over goes nowhere, and that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  mode: currentMode(),
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  colour: wantsColour(process.env, process.stdout.isTTY === true),
  watched: process.stderr.isTTY === true,
  columns: process.stdout.columns,
  input: {
    lines: () => createInterface({ input: process.stdin }),
    isTerminal: process.stdin.isTTY === true,
  },
  interrupted,
});

function interrupted(): AbortSignal {
  const over = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort());
  process.stdout.once('error', () => over.abort());
  return over.signal;
}
