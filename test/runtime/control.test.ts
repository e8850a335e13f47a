import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { askForLines, Refusal } from '../../cli/control.ts';
import { SolthriveError } from '../../nodes/site/errors.ts';
import { CONTROL_SOCKET, type Control, openControl } from '../../runtime/control.ts';
import { temporaryFolder } from '../support/appliance.ts';

describe('the control socket', () => {
  let run: string;
  let control: Control;

  beforeEach(async () => {
    run = temporaryFolder();
    writeFileSync(join(run, CONTROL_SOCKET), 'left by a killed process');
    control = await openControl(run, {
      'GET /status': () => ({ version: '2' }),
      'POST /echo': (body) => ({ body }),
      'POST /broken': () => {
        throw new Error('oh');
      },
      'POST /long': async function* (body) {
        if (body === 'refused') throw new SolthriveError('unit_unknown', { unit: 'x' });
        yield { progress: 'über' };
        if (body === 'stuck') throw new SolthriveError('correction_unknown', { id: 7, known: '1' });
        if (body === 'cut') await control.close();
        yield { result: body };
      },
    });
  });

  afterEach(() => control.close());

  function call(
    method: string,
    path: string,
    body = '',
  ): Promise<{ status: number; body: unknown }> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: join(run, CONTROL_SOCKET), method, path }, (response) => {
        text(response).then(
          (answer) => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) }),
          reject,
        );
      });
      asked.on('error', reject).end(body);
    });
  }

  it('is for its owner and group only, and is gone after', async () => {
    const file = join(run, CONTROL_SOCKET);
    assert.equal(statSync(file).mode & 0o777, 0o660);
    await control.close();
    assert.ok(!existsSync(file));
  });

  it('answers in JSON', async () => {
    assert.deepEqual(await call('GET', '/status'), { status: 200, body: { version: '2' } });
    const echoed = await call('POST', '/echo', '{"a":[1]}');
    assert.deepEqual(echoed.body, { body: { a: [1] } });
  });

  it('names what it does not know or cannot read', async () => {
    const codeOf = async (...ask: Parameters<typeof call>) => {
      const { status, body } = await call(...ask);
      return [status, (body as { error: { code: string } }).error.code];
    };
    assert.deepEqual(await codeOf('GET', '/nothing'), [404, 'not_found']);
    assert.deepEqual(await codeOf('POST', '/status'), [404, 'not_found']);
    assert.deepEqual(await codeOf('GET', '/constructor'), [404, 'not_found']);
    assert.deepEqual(await codeOf('POST', '/echo', '{"a":'), [400, 'body_invalid']);
    assert.deepEqual(await codeOf('POST', '/echo', `"${'x'.repeat(70_000)}"`), [
      400,
      'body_invalid',
    ]);
    assert.deepEqual(await codeOf('POST', '/broken'), [500, 'internal']);
    assert.deepEqual(await codeOf('POST', '/long', '"refused"'), [404, 'unit_unknown']);
  });

  async function linesOf(body: string): Promise<unknown[]> {
    const lines: unknown[] = [];
    const question = { method: 'POST', path: '/long', body } as const;
    for await (const line of askForLines(run, question)) lines.push(line);
    return lines;
  }

  it('tells what takes long line by line', async () => {
    assert.deepEqual(await linesOf('done'), [{ progress: 'über' }, { result: 'done' }]);
  });

  it('says no before or after it began, with what helps', async () => {
    const refusal = (hint: RegExp) => (thrown: unknown) => {
      assert.ok(thrown instanceof Refusal);
      assert.match(thrown.hint, hint);
      return true;
    };
    await assert.rejects(linesOf('refused'), refusal(/flows list/));
    await assert.rejects(linesOf('stuck'), refusal(/recompute --list/));
  });

  it('does not take an answer that broke off for a whole one', async () => {
    await assert.rejects(linesOf('cut'), { code: 'ECONNRESET' });
  });
});
