/**
 * Names of files that a walk tells of, whatever they hold and whoever may write to them. Which of them is bad stands in
 * rules; what a rule wants to hear of is added here, since all of them share one walk.
 */
const groups = {
  /** What people typed. */
  histories: ['.*_history', '.lesshst', '.viminfo', '.wget-hsts'],
  /** Who may log in, and whom the host says that it is. */
  ssh: ['authorized_keys', 'authorized_keys2', 'id_rsa', 'id_ecdsa', 'id_ed25519', 'id_dsa'],
  hostKeys: ['ssh_host_key', 'ssh_host_*_key', 'dropbear_*_host_key'],
  /** What Podman keeps of secrets and containers. */
  podman: ['secretsdata.json', 'bolt_state.db'],
  /** What looks into running programs, or makes new ones. */
  debuggers: [
    'gdb',
    'gdbserver',
    'lldb',
    'lldb-server',
    'strace',
    'ltrace',
    'perf',
    'tcpdump',
    'bpftrace',
    'gcc',
    'g++',
    'cc',
    'clang',
    'make',
    'as',
    'ld',
    'nc',
    'ncat',
    'socat',
    'nmap',
    'telnetd',
    'in.telnetd',
    'adbd',
    'tcc',
    'go',
    'rustc',
    'objdump',
  ],
  /** What was left of programs that ended badly. */
  cores: ['core', 'core.*', 'vmcore', '*.crash'],
} as const;

export const historyNames: readonly string[] = groups.histories;
/** Private keys by which sshd (sshd_config(5) HostKey) and Dropbear prove which host it is. */
export const hostKeyNames: readonly string[] = groups.hostKeys;

/** All names, in one order. */
export const walkedNames: readonly string[] = Object.values(groups).flat().toSorted();
