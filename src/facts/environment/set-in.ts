/** Where a variable is set that a person may take out again: which file, and how it stands there. */
import type { Json } from '../fact.ts';
import { record, string } from '../shape.ts';

export const settingShape = record({
  name: string('the variable'),
  file: string('the file that sets it; unset where no file that people write does'),
  form: string('how it stands there: a line of a shell or of pam_env(8), or a line of systemd', ['shell', 'unit']),
});

/** `path`: the place that decided. */
export function settingIn(name: string, path: string): Json {
  if (!/^\/(?:etc|home|root|var|srv|usr\/local)\//.test(path)) return { name };
  return { name, file: path, form: /\/systemd\/|\.(?:service|socket)$/.test(path) ? 'unit' : 'shell' };
}
