/** Says which release this is and what it runs on. */
import { packageVersion } from '../../nodes/site/package.ts';
import { type Command, EXIT } from '../command.ts';

export const command: Command = {
  options: { json: { type: 'boolean' } },
  run({ options, out, say }) {
    const about = {
      version: packageVersion,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
    };
    if (options.json === true) out.json(about);
    else out.line(say('version.line', about));
    return EXIT.well;
  },
};
