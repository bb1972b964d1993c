/** @typedef {import("./context.mjs").Part} Part */

/**
 * @param {string} reason - what is missing, and what to do about it
 * @returns {Part}
 */
export function unavailable(reason) {
  return { available: false, reason };
}

/** @returns {Part} */
export function leftOut() {
  return { available: false, reason: "left out by KUBEWARDEN_TS_SKIP", optedOut: true };
}

/**
 * @param {string} [path]
 * @returns {Part}
 */
export function available(path) {
  return { available: true, ...(path === undefined ? {} : { path }) };
}
