import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerTCP } from 'modbus-serial';
import type { Line, LineState } from '../../../nodes/bus/line.ts';
import { openPort } from '../../../nodes/bus/ports.ts';
import { acquireLine, type LineLease } from '../../../nodes/bus/registry.ts';
import { systemClock } from '../../../nodes/site/clock.ts';
import type { BusConfig } from '../../../nodes/site/schema.ts';
import { openPtyPair, type PtyPair } from '../../support/pty-pair.ts';
import { type PymodbusSlave, startPymodbus } from '../../support/pymodbus.ts';
import { requireTool } from '../../support/requires.ts';
import { sealed } from './fake-port.ts';

const deps = { clock: systemClock, random: Math.random, openPort };
const registers = {
  1: { 3: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [String(1000 + i), 7 * i])) },
  2: { 4: { 0: 230, 1: 65_535 } },
};

/** The same questions for every kind of line and every slave. */
async function interview(line: Line): Promise<void> {
  const main = await line.read({ unit: 1, fn: 3, address: 1000, count: 34 });
  assert.deepEqual(
    Array.from({ length: 34 }, (_, i) => main.data.readUInt16BE(2 * i)),
    Array.from({ length: 34 }, (_, i) => 7 * i),
  );
  const reads = await Promise.all([
    line.read({ unit: 2, fn: 4, address: 0, count: 2 }),
    line.read({ unit: 1, fn: 3, address: 1050, count: 1 }),
  ]);
  assert.deepEqual(
    reads.map((reply) => reply.data.toString('hex')),
    ['00e6ffff', '015e'],
  );
  await assert.rejects(line.read({ unit: 1, fn: 3, address: 1090, count: 20 }), {
    code: 'bus_exception',
    params: { unit: 1, bus: line.id, exception: 2 },
  });
  await assert.rejects(line.read({ unit: 77, fn: 3, address: 1000, count: 2 }), {
    code: 'bus_timeout',
  });
  await line.read({ unit: 1, fn: 3, address: 1000, count: 2 });
}

function reached(line: Line, wanted: LineState): Promise<void> {
  if (line.state === wanted) return Promise.resolve();
  return new Promise((resolve) => {
    const look = (state: LineState) => {
      if (state !== wanted) return;
      line.off('state', look);
      resolve();
    };
    line.on('state', look);
  });
}

describe('real lines', function () {
  this.timeout(20_000);
  let lease: LineLease | null = null;
  const cleanUp: (() => Promise<unknown>)[] = [];

  const open = (bus: BusConfig): Line => {
    lease = acquireLine(bus, deps);
    return lease.line;
  };
  const network = (type: 'tcp' | 'rtu-over-tcp', port: number): BusConfig => {
    const where = { id: 'lan', host: '127.0.0.1', port };
    return type === 'tcp' ? { ...where, type } : { ...where, type, baud: 115_200 };
  };
  const serial = (port: string): BusConfig => ({
    id: 'rs485',
    type: 'serial',
    port,
    baud: 115_200,
    parity: 'none',
    stop_bits: 1,
  });
  const pymodbus = async (setup: Parameters<typeof startPymodbus>[0]): Promise<PymodbusSlave> => {
    const slave = await startPymodbus(setup);
    cleanUp.push(slave.stop);
    return slave;
  };

  afterEach(async () => {
    await lease?.release();
    lease = null;
    for (const stop of cleanUp.splice(0).reverse()) await stop();
  });

  describe('against pymodbus', () => {
    before(function () {
      requireTool.call(this, 'pymodbus');
    });

    for (const kind of ['tcp', 'rtu-over-tcp'] as const) {
      it(`reads over ${kind}`, async () => {
        const slave = await pymodbus({ kind, registers });
        await interview(open(network(kind, slave.port)));
      });

      it(`is back by itself when a ${kind} slave was killed and started again`, async () => {
        const slave = await pymodbus({ kind, registers });
        const line = open(network(kind, slave.port));
        const request = { unit: 2, fn: 4, address: 0, count: 1 } as const;
        await line.read(request);
        const waiting = reached(line, 'waiting');
        await slave.stop();
        await waiting;
        await assert.rejects(line.read(request), { code: 'bus_unreachable' });
        await pymodbus({ kind, where: slave.port, registers: { 2: { 4: { 0: 231 } } } });
        await reached(line, 'open');
        assert.equal((await line.read(request)).data.readUInt16BE(0), 231);
        assert.equal(line.stats().reconnects, 1);
      });
    }

    it('sees a register change at the next read', async () => {
      const slave = await pymodbus({ kind: 'tcp', registers });
      const line = open(network('tcp', slave.port));
      const request = { unit: 2, fn: 4, address: 0, count: 1 } as const;
      assert.equal((await line.read(request)).data.readUInt16BE(0), 230);
      await slave.set({ 2: { 4: { 0: 241 } } });
      assert.equal((await line.read(request)).data.readUInt16BE(0), 241);
    });

    describe('over a serial cable', () => {
      let cable: PtyPair;
      before(function () {
        requireTool.call(this, 'socat');
      });
      beforeEach(async () => {
        cable = await openPtyPair();
        cleanUp.push(cable.stop);
      });

      it('reads', async () => {
        await pymodbus({ kind: 'rtu', where: cable.b, registers, baud: 115_200 });
        await interview(open(serial(cable.a)));
      });

      it('survives that the adapter is pulled out and plugged in again', async () => {
        const slave = await pymodbus({ kind: 'rtu', where: cable.b, registers, baud: 115_200 });
        const line = open(serial(cable.a));
        const request = { unit: 2, fn: 4, address: 0, count: 1 } as const;
        await line.read(request);
        const waiting = reached(line, 'waiting');
        await cable.unplug();
        await waiting;
        await assert.rejects(line.read(request), { code: 'bus_unreachable' });
        await slave.stop();
        await cable.replug();
        await pymodbus({ kind: 'rtu', where: cable.b, registers, baud: 115_200 });
        await reached(line, 'open');
        assert.equal((await line.read(request)).data.readUInt16BE(0), 230);
      });

      it('has really let go of the port when a redeploy goes on', async () => {
        await pymodbus({ kind: 'rtu', where: cable.b, registers, baud: 115_200 });
        for (let deploy = 0; deploy < 5; deploy++) {
          const line = open(serial(cable.a));
          await line.read({ unit: 2, fn: 4, address: 0, count: 1 });
          await lease?.release();
        }
      });
    });
  });

  it("reads from modbus-serial's own Modbus TCP server", async () => {
    const value = (address: number, unit: number) =>
      registers[unit as 1]?.[3]?.[String(address)] ?? Number.NaN;
    const server = new ServerTCP(
      { getHoldingRegister: (address: number, unit: number) => value(address, unit) },
      { host: '127.0.0.1', port: 0, unitID: 1 },
    );
    await once(server, 'initialized');
    cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = (server as unknown as { _server: Server })._server.address() as AddressInfo;
    const line = open(network('tcp', port));
    const reply = await line.read({ unit: 1, fn: 3, address: 1000, count: 34 });
    assert.equal(reply.data.readUInt16BE(66), 7 * 33);
  });

  describe('against a slave that misbehaves', () => {
    type Answer = (socket: Socket, request: Buffer) => void;
    const slave = async (answer: { now: Answer }): Promise<number> => {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('data', (request) => answer.now(socket, request));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      cleanUp.push(async () => {
        for (const socket of sockets) socket.destroy();
        server.close();
        await once(server, 'close');
      });
      return (server.address() as AddressInfo).port;
    };
    const request = { unit: 1, fn: 3, address: 5, count: 2 } as const;
    const good = sealed(Buffer.from([1, 3, 4, 0, 5, 0, 6]));
    const ignore: Answer = () => undefined;

    it('reports damage, strangers, stumps and silence, and reads on after each', async () => {
      const answer: { now: Answer } = { now: (socket) => socket.write(good) };
      const line = open(network('rtu-over-tcp', await slave(answer)));
      await line.read(request);
      const faults: [string, Buffer][] = [
        ['bus_crc', Buffer.concat([good.subarray(0, -1), Buffer.from([0])])],
        ['bus_bad_reply', sealed(Buffer.from([2, 3, 4, 0, 5, 0, 6]))],
        ['bus_bad_reply', good.subarray(0, 6)],
        ['bus_timeout', Buffer.alloc(0)],
      ];
      for (const [code, bytes] of faults) {
        answer.now = (socket) => socket.write(bytes);
        await assert.rejects(line.read(request), { code });
        // A device answers what it is asked: the read that finds the step is shorter or longer.
        answer.now = (socket, asked) => {
          const count = asked.readUInt16BE(4);
          const body = Buffer.alloc(3 + 2 * count, 0);
          body.set([1, 3, 2 * count, 0, 5, 0, 6]);
          socket.write(sealed(body));
        };
        assert.equal((await line.read(request)).data.toString('hex'), '00050006');
      }
      answer.now = (socket) => socket.write(Buffer.concat([Buffer.from([0x5a]), good]));
      assert.equal((await line.read(request)).data.toString('hex'), '00050006');
    });

    it('fails a request at once when the connection breaks, and takes a new one', async () => {
      const answer: { now: Answer } = { now: (socket) => socket.resetAndDestroy() };
      const line = open(network('rtu-over-tcp', await slave(answer)));
      await assert.rejects(line.read(request), { code: 'bus_unreachable' });
      answer.now = (socket) => socket.write(good);
      await reached(line, 'open');
      await line.read(request);
    });

    it('takes a new connection when a stream of Modbus TCP has lost its step', async () => {
      const answer: { now: Answer } = { now: (socket) => socket.write('HTTP/1.1 400 Bad Request') };
      const line = open(network('tcp', await slave(answer)));
      await assert.rejects(line.read(request), { code: 'bus_bad_reply' });
      answer.now = (socket, asked) => {
        const header = Buffer.from(asked.subarray(0, 6));
        header.writeUInt16BE(7, 4);
        socket.write(Buffer.concat([header, good.subarray(0, -2)]));
      };
      await reached(line, 'waiting');
      await reached(line, 'open');
      await line.read(request);
      assert.equal(line.stats().reconnects, 1);
    });

    it('closes within a moment while a request is under way', async () => {
      const line = open(network('tcp', await slave({ now: ignore })));
      const reading = assert.rejects(line.read(request), { code: 'bus_closed' });
      await reached(line, 'open');
      await lease?.release();
      await reading;
      assert.equal(line.state, 'closed');
    });
  });

  it('says that a port is missing, or that a device refuses connections', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'solthrive-bus-'));
    cleanUp.push(async () => rmSync(folder, { recursive: true }));
    const missing = open(serial(join(folder, 'usb-adapter')));
    await assert.rejects(missing.read({ unit: 1, fn: 3, address: 0, count: 1 }), {
      code: 'bus_unreachable',
      message: /usb-adapter does not exist/,
    });
    await lease?.release();

    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const refused = open(network('tcp', port));
    await assert.rejects(refused.read({ unit: 1, fn: 3, address: 0, count: 1 }), {
      code: 'bus_unreachable',
      message: new RegExp(`127.0.0.1:${port} refuses connections`),
    });
  });
});
