/** How paths and modes of remedy steps are written. */

/** Absolute, of a home, or beginning with a reference. */
export const pathPattern = String.raw`^(?:/|~/|\{(?:param|each|found|at|account|item)[.}])`;
export const modePattern = '^0[0-7]{3,4}$';
