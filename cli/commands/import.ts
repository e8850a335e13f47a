/** Takes over the records of an archive, or of V1; without `--apply` it only shows what that would do. */
import { type ImportReport, importFile, showImport } from '../archive.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { importV1, showV1 } from '../v1.ts';

export const command: Command = {
  options: {
    apply: { type: 'boolean' },
    v1: { type: 'boolean' },
    map: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(context) {
    const { words, options } = context;
    const apply = options.apply === true;
    if (options.v1 === true) {
      if (words.length === 0) return refuse(context, 'files');
      const { v1, report } = await importV1(context, words, apply);
      return told(context, { v1, ...report }, () => {
        showV1(context, v1);
        showImport(context, report);
      });
    }
    const [file] = words;
    if (file === undefined || words.length > 1) return refuse(context, 'a_file');
    const report: ImportReport = await importFile(context, file, apply);
    return told(context, report, () => showImport(context, report));
  },
};

function told({ options, out }: CommandContext, value: unknown, show: () => void): number {
  if (options.json === true) out.json(value);
  else show();
  return EXIT.well;
}

function refuse({ out, say }: CommandContext, what: string): number {
  out.error(say('archive.usage', { what: say(`archive.${what}`) }));
  return EXIT.usage;
}
