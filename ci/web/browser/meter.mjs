// A running meter for the tests in a browser: started, waited for, stopped.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PATIENCE_MS = 20_000;

export class Meter {
  /** Starts `ems run` with these arguments on free ports. */
  static async start(ems, args, data = mkdtempSync(join(tmpdir(), 'ems-browser-'))) {
    const meter = new Meter();
    meter.ems = ems;
    meter.data = data;
    meter.log = '';
    const ports = ['--https', '127.0.0.1:0', '--http', '127.0.0.1:0', '--modbus', '127.0.0.1:0'];
    meter.process = spawn(ems, ['run', ...args, '--data', data, ...ports], { stdio: ['ignore', 'ignore', 'pipe'] });
    meter.process.stderr.on('data', (text) => { meter.log += text; });
    // Whatever ends the tests ends the meter.
    process.once('exit', () => meter.process.kill('SIGKILL'));
    meter.ended = new Promise((resolve) => meter.process.once('exit', resolve));
    meter.url = await meter.said(/the page: (https:\/\/[^/]+)\//);
    return meter;
  }

  /** What a line on standard error says; an error if it does not come. */
  async said(pattern) {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = pattern.exec(this.log);
      if (found) return found[1];
      if (Date.now() > until || this.process.exitCode !== null) throw new Error(`the meter did not say ${pattern}: ${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  link() {
    return this.said(/(https:\/\/[^ ]+#link=[0-9a-f]+)/);
  }

  addUser(name, role, password) {
    execFileSync(this.ems, ['user', 'add', name, '--role', role, '--data', this.data], { input: `${password}\n` });
  }

  async stop() {
    this.process.kill('SIGTERM');
    await this.ended;
    rmSync(this.data, { recursive: true, force: true });
  }
}
