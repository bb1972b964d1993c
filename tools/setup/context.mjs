/**
 * What every step of the set-up is given.
 * @typedef {object} Context
 * @property {string} root - the checkout
 * @property {string} cacheFolder - for what is built of the checkout's files; goes with `node_modules`
 * @property {string} machineCacheFolder - for what takes minutes to build: once per machine, shared by all checkouts
 * @property {Set<string>} skipped - parts that the caller left out
 * @property {(line: string) => void} say
 * @property {Record<string, string | undefined>} env
 */

/**
 * What the set-up found out about a part; `tests/support/requirements.ts` reads it.
 * @typedef {object} Part
 * @property {boolean} available
 * @property {string} [reason] - why not, and what to do about it
 * @property {boolean} [optedOut] - the caller left it out: no failure in CI
 * @property {string} [path] - the program, or the folder with all that belongs to the part
 */
export {};
