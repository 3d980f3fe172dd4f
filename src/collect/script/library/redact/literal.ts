/** A pattern as a string of awk. */
export const text = (pattern: string): string => `"${pattern.replaceAll('\t', '\\t')}"`;
