/**
 * Makes a serial port end when its adapter is pulled out. By itself the binding takes the end of the
 * file for "nothing yet" and reads again at once, for ever: a whole CPU, until somebody writes.
 */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { SerialPort } from 'serialport';

/** What the binding is on a Unix: a file, and a poller that tells when there is something in it. */
interface UnixBinding {
  fd: number | null;
  poller: { once(event: 'readable', told: (error: Error | null) => void): unknown };
  read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ buffer: Buffer; bytesRead: number }>;
}

const readFile = promisify(read);

/** To be called before anyone listens for the port's data; it need not be open yet. */
export function endWithAdapter(port: SerialPort): void {
  port.once('open', () => {
    const binding = port.port as unknown as UnixBinding;
    if (!('poller' in binding)) return;
    binding.read = async (buffer, offset, length) => {
      for (;;) {
        await readable(binding);
        const bytesRead = await readNow(binding, { buffer, offset, length, position: null });
        if (bytesRead !== null) return { buffer, bytesRead };
      }
    };
  });
}

function readable({ poller }: UnixBinding): Promise<void> {
  return new Promise((resolve, reject) => {
    poller.once('readable', (error) => (error ? reject(error) : resolve()));
  });
}

interface Place {
  buffer: Buffer;
  offset: number;
  length: number;
  position: null;
}

/** How many bytes came; null where there are none after all. Rejects at the end of the file. */
async function readNow({ fd }: UnixBinding, place: Place): Promise<number | null> {
  if (fd === null) throw Object.assign(new Error('closed'), { canceled: true });
  try {
    const { bytesRead } = await readFile(fd, place);
    if (bytesRead > 0) return bytesRead;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw thrown;
  }
  throw new Error('end of file');
}
