/** A text from elsewhere as a sentence can hold it: at most so many characters, and `…` where there were more. */
export const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text);
