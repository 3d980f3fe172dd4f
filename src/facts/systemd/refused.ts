/** Units that systemd reads and does not start, for they do nothing (systemd/systemd:src/core/service.c service_verify(), timer.c timer_verify()). */
import type { Where } from '../fact.ts';
import type { LoadedUnit } from './load.ts';

const needs: Readonly<Record<string, { readonly section: string; readonly keys: RegExp }>> = {
  service: { section: 'Service', keys: /^(?:ExecStart|ExecStop|SuccessAction)$/ },
  timer: { section: 'Timer', keys: /^On[A-Z]\w*$/ },
};

/** The file of a service without a command, or of a timer without a time; undefined for any other unit, and where part of it is not seen. */
export function refusedFor({ unit, fragment, assignments, unseen }: Pick<LoadedUnit, 'unit' | 'fragment' | 'assignments' | 'unseen'>): Where | undefined {
  const need = needs[unit.name.slice(unit.name.lastIndexOf('.') + 1)];
  if (!need || !fragment || unseen.length > 0) return undefined;
  if (assignments.some((a) => a.section === need.section && need.keys.test(a.key) && a.value.trim() !== '')) return undefined;
  return { path: fragment.path, said: `has nothing that systemd could start in [${need.section}]` };
}
