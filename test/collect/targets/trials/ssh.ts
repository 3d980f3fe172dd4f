import { startSshd } from '../../ssh/own-sshd.ts';
import { reachFor, type Trial } from '../small-host.ts';

export const trial: Trial = {
  needs: ['sshd'],
  async behind(host) {
    const sshd = await startSshd();
    return { asked: { name: `ssh://127.0.0.1:${sshd.port}`, reach: reachFor(host, { sshConfig: sshd.config() }) }, stop: sshd.stop };
  },
};
