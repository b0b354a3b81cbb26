// Runs em540_client.py under Pyodide, which is CPython compiled to WebAssembly, with TCP from Node.
//
// The client of the EM540 needs a newer Python than Debian has, and Pyodide has no sockets of its
// own. `connectTcp` is all that is put in their place: bytes pass through it unchanged.
//
//     node em540_client.mjs SITE-PACKAGES HOST PORT

import net from 'node:net';
import { loadPyodide } from 'pyodide';

const [sitePackages, host, port] = process.argv.slice(2);
const here = new URL('.', import.meta.url).pathname;

// Opens a connection. `received` gets each piece, `lost` is called once at the end.
function connectTcp(host, port, received, lost) {
  return new Promise((resolve, reject) => {
    const socket = net.createConnection({ host, port });
    socket.setNoDelay(true);
    socket.once('connect', () => resolve({
      send: (bytes) => socket.write(Buffer.from(bytes)),
      close: () => socket.end(),
    }));
    socket.once('error', reject);
    socket.on('data', (piece) => received(new Uint8Array(piece)));
    socket.once('close', () => lost());
  });
}

const python = await loadPyodide({ stderr: (line) => process.stderr.write(`${line}\n`) });
for (const [there, folder] of [['/site', sitePackages], ['/peer', here]]) {
  python.FS.mkdir(there);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, there);
}
python.registerJsModule('node_tcp', { connectTcp });
const told = await python.runPythonAsync(`
import sys
sys.path[:0] = ["/site", "/peer"]
import em540_client
await em540_client.main(${JSON.stringify(host)}, ${Number(port)})
`);
process.stdout.write(`${told}\n`);
process.exit(0);
