/**
 * What every step of the set-up is given.
 * @typedef {object} Context
 * @property {string} root - the checkout
 * @property {string} cacheFolder - for what is built; goes with `node_modules`
 * @property {Set<string>} skipped - parts that the caller left out
 * @property {(line: string) => void} say
 * @property {Record<string, string | undefined>} env
 */
export {};
