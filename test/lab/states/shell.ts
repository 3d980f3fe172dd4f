/** Shell commands that states share; the functions are those of `prelude.sh`. */

/** Writes a file that ends with a line end. */
export const put = (path: string, text: string): string => `put ${path} <<'END'\n${text}\nEND`;
/** Writes a file byte by byte, with the escapes of printf. */
export const bytes = (path: string, text: string): string => `printf '${text}' | put ${path}`;
export const reload = 'systemctl daemon-reload';
/** Several commands, one after another. */
export const lines = (...commands: readonly string[]): string => commands.join('\n');
