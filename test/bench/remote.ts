/** How long a scan over SSH takes when every packet is late, for a few rules and for all. Usage: node test/bench/remote.ts [DELAY-MS] */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pretrip } from '../cli/run.ts';
import { startSshd, whyNoSshd } from '../collect/ssh/own-sshd.ts';

const delay = Number(process.argv[2] ?? 100);

/** Between ssh and sshd: passes bytes on after the delay, each way. */
const relay = `
const [port, delay] = process.argv.slice(2).map(Number);
const far = require('net').connect(port, '127.0.0.1');
const late = (to) => (chunk) => setTimeout(() => to.write(chunk), delay);
process.stdin.on('data', late(far)); process.stdin.on('end', () => setTimeout(() => far.end(), delay));
far.on('data', late(process.stdout)); far.on('end', () => setTimeout(() => process.exit(0), delay + 50)); far.on('error', () => process.exit(1));
`;

if (whyNoSshd) {
  process.stdout.write(`no benchmark: ${whyNoSshd}\n`);
} else {
  const sshd = await startSshd();
  const script = join(sshd.dir, 'relay.cjs');
  writeFileSync(script, relay);
  const late = sshd.config({ extra: `ProxyCommand ${process.execPath} ${script} %p ${delay / 2}` });
  const prompt = sshd.config();
  const seconds = async (config: string, ...more: string[]): Promise<{ taken: number; connections: number; rules: number }> => {
    const before = sshd.connections();
    const started = performance.now();
    const { out } = await pretrip(['scan', `ssh://127.0.0.1:${sshd.port}`, '--ssh-config', config, '-o', 'json', ...more]);
    const taken = (performance.now() - started) / 1000;
    return { taken, connections: sshd.connections() - before, rules: (JSON.parse(out) as { rules: unknown[] }).rules.length };
  };
  for (const [name, more] of [
    ['few rules', ['--select', 'cgroup.mode.v2,rootless.subuid']],
    ['all rules', ['--select', '*']],
  ] as const) {
    const at = await seconds(prompt, ...more);
    const after = await seconds(late, ...more);
    process.stdout.write(
      `${name}: ${after.rules} rules, ${after.connections} connection, ${at.taken.toFixed(2)} s at once, ${after.taken.toFixed(2)} s with ${delay} ms of delay: ${(((after.taken - at.taken) * 1000) / delay).toFixed(1)} round trips more\n`,
    );
  }
  sshd.stop();
}
