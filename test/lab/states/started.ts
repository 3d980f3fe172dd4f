/** Quadlet files whose units are really started, with an image that every host can have. */
import { type Claim, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

export const system = '/etc/containers/systemd';
export const driversOwn = '/home/driver/.config/containers/systemd';
/** A container that runs until it is told to end, on Podman's default network. */
export const networked = '[Container]\nImage=localhost/lab:1\nExec=/bin/sh -c "trap exit TERM; sleep 1000 & wait"\n';
/** The same without a network, which is quicker to make. */
export const container = `${networked}Network=none\n`;

/** It runs, or its log says why not. */
export const runs: Claim['says'] = passIf(/^active$/m);
/** What systemd has of a unit. */
export const property = (name: string, unit: string): string => `systemctl show ${unit} -p ${name}`;

export interface Row {
  readonly what: string;
  readonly text: string;
  /** Default: `container`. */
  readonly ending?: string;
  /** Whose unit; default: root's. */
  readonly user?: 'driver';
  /** Shell commands besides that which writes the file; NAME is its name without the ending. */
  readonly setUp?: readonly string[];
  /** The rule that judges it; default: that of its area. */
  readonly rule?: string;
  /** Default: whether the unit starts. */
  readonly ask?: string;
  readonly says?: Claim['says'];
  readonly mayWarn?: true;
  readonly undo?: string;
}

/** The service that a file with that name and ending becomes. */
const serviceOf = (name: string, ending: string): string => (ending === 'container' || ending === 'kube' ? name : `${name}-${ending}`);

/** One state a row, a file each with a name of its own, all in one round. */
export const startedStates = (area: string, round: string, rule: string, rows: readonly Row[]): readonly State[] =>
  rows.map((row, at): State => {
    const { ending = 'container', user } = row;
    const name = `lab${area[0]}${round.length}${at + 1}`;
    const file = `${user ? driversOwn : system}/${name}.${ending}`;
    const unit = serviceOf(name, ending);
    const fill = (text: string): string => text.replaceAll('NAME', name);
    const own = user ? `tiny ${user}\nas ${user} systemctl --user daemon-reload` : 'tiny\nsystemctl daemon-reload';
    return {
      name: `${area} ${at + 1}: ${row.what}`,
      round,
      apart: true,
      suites: ['trixie'],
      setUp: fill(lines(put(file, fill(row.text).trimEnd()), ...(row.setUp ?? []))),
      settle: own,
      claims: [
        {
          rule: row.rule ?? rule,
          subject: `quadlet:${file}`,
          ask: fill(row.ask ?? `started ${unit}${user ? ` ${user}` : ''}`),
          says: row.says ?? runs,
          ...(row.mayWarn ? { mayWarn: true } : {}),
        },
      ],
      ...(row.undo ? { undo: fill(row.undo) } : {}),
    };
  });
