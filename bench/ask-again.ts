/** Asks for `ASK_URL` again and again until it is ended; a byte for each answer goes to the output. */
import { get } from 'node:http';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const { ASK_URL = '', ASK_TOKEN } = process.env;
const headers = { Authorization: `Bearer ${ASK_TOKEN}` };
const nowhere = () => new Writable({ write: (_text, _encoding, done) => done() });

for (;;) {
  await new Promise<void>((resolve, reject) => {
    get(ASK_URL, { headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`answered ${answer.statusCode}`));
      else pipeline(answer, nowhere()).then(resolve, reject);
    }).on('error', reject);
  });
  process.stdout.write('.');
}
