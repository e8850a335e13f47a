/** Takes over the records of an archive; without `--apply` it only shows what that would do. */
import { importFile, showImport } from '../archive.ts';
import { type Command, EXIT } from '../command.ts';

export const command: Command = {
  options: { apply: { type: 'boolean' }, json: { type: 'boolean' } },
  async run(context) {
    const { words, options, out, say } = context;
    const [file] = words;
    if (file === undefined || words.length > 1) {
      out.error(say('archive.usage', { what: say('archive.a_file') }));
      return EXIT.usage;
    }
    const report = await importFile(context, file, options.apply === true);
    if (options.json === true) out.json(report);
    else showImport(context, report);
    return EXIT.well;
  },
};
