/** Shows the configuration in force, where it comes from, and what is wrong with it. */
import { existsSync } from 'node:fs';
import { stringify } from 'yaml';
import { misfitsOf, profilesOf } from '../../nodes/meter/fit.ts';
import type { ConfigProblem, Site } from '../../nodes/site/config.ts';
import { hidePasswords } from '../../nodes/site/describe.ts';
import { fileLayers } from '../../nodes/site/layers.ts';
import { peekSite } from '../../nodes/site/load.ts';
import { notInForce } from '../../nodes/site/not-in-force.ts';
import { leaves, valueAt } from '../../nodes/site/origins.ts';
import { formatProblem, sortProblems } from '../../nodes/site/problems.ts';
import { formatPath } from '../../nodes/site/tree.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { counted } from '../counted.ts';
import { refuseWord } from '../usage.ts';
import { waitingChanges } from '../waiting-changes.ts';

const ACTIONS = { show, validate, where };

export const command: Command = {
  options: { origin: { type: 'boolean' }, json: { type: 'boolean' } },
  run(context) {
    const { words, out, say } = context;
    const [word = ''] = words;
    if (isAction(word)) return ACTIONS[word](context);
    return refuseWord({ out, say, key: 'usage.action', word, known: Object.keys(ACTIONS) });
  },
};

function isAction(word: string): word is keyof typeof ACTIONS {
  return Object.hasOwn(ACTIONS, word);
}

async function show({ options, env, paths, out, say }: CommandContext): Promise<number> {
  const site = peekSite({ paths, env });
  const config = hidePasswords(site.config);
  if (site.problems.length > 0) {
    out.error(out.paint('yellow', say('config.not_in_force', { count: site.problems.length })));
  }
  const waiting = await waitingChanges(site);
  if (waiting !== null) out.error(out.paint('yellow', say('config.waiting', waiting)));
  const rows = valueRows(site, config);
  if (options.json === true) {
    out.json(options.origin === true ? Object.fromEntries(rows.map(asEntry)) : config);
  } else if (options.origin === true) {
    out.table(
      rows.map(({ key, value, origin }) => [key, JSON.stringify(value), out.paint('dim', origin)]),
    );
  } else {
    out.line(stringify(config).trimEnd());
  }
  return EXIT.well;
}

interface ValueRow {
  key: string;
  value: unknown;
  origin: string;
}

function valueRows({ origins }: Site, config: unknown): ValueRow[] {
  return leaves(config).map((path) => {
    const key = formatPath(path);
    return { key, value: valueAt(config, path), origin: origins[key] ?? '' };
  });
}

function asEntry({ key, value, origin }: ValueRow): [string, { value: unknown; origin: string }] {
  return [key, { value, origin }];
}

function validate({ options, env, paths, out, say }: CommandContext): number {
  const site = peekSite({ paths, env });
  const { config } = site;
  // As with all references: only once every value by itself is right.
  const problems = site.problems.length > 0 ? site.problems : profileProblems(site);
  const isValid = problems.length === 0;
  const warnings = notInForce(site);
  if (options.json === true) {
    out.json({ valid: isValid, problems, warnings });
    return isValid ? EXIT.well : EXIT.wrong;
  }
  for (const line of warnings) out.line(out.paint('yellow', line));
  if (isValid) {
    const files = fileLayers(paths).files.filter((file) => existsSync(file)).length;
    out.line(
      out.paint(
        'green',
        say('config.valid', counted(say, { files, meters: config.meters.length })),
      ),
    );
  } else {
    for (const problem of problems) out.line(formatProblem(problem));
    out.line(out.paint('red', say('config.invalid', { count: problems.length })));
  }
  return isValid ? EXIT.well : EXIT.wrong;
}

function profileProblems(site: Site): ConfigProblem[] {
  const { tree, files } = fileLayers(site.paths);
  return sortProblems(misfitsOf(site.config, profilesOf(site), tree), files);
}

function where({ options, env, mode, paths, out, say }: CommandContext): number {
  const files = fileLayers(paths).files.map((file) => ({ file, exists: existsSync(file) }));
  const { etc, data, run } = paths;
  if (options.json === true) {
    out.json({ mode: mode.kind, files, folders: { etc, data, run } });
    return EXIT.well;
  }
  out.line(say('config.order'));
  out.table(
    files.map(({ file, exists }) =>
      exists ? [`  ${file}`] : [`  ${file}`, out.paint('dim', say('config.absent'))],
    ),
  );
  const port = env.SOLTHRIVE_PORT ?? '';
  out.line(`  ${port === '' ? say('config.no_variable') : say('config.variable', { port })}`);
  out.line();
  out.table(
    Object.entries({ etc, data, run }).map(([name, path]) => [say(`config.folder.${name}`), path]),
  );
  return EXIT.well;
}
