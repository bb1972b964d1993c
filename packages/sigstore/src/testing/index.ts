export {
  type CertifiedKey,
  createPrivateSigstore,
  createTestKey,
  type PrivateSigstore,
  type PrivateSigstoreOptions,
  signBytes,
  type TestIdentity,
  type TestLogEntry,
} from "./private-sigstore.ts";
export { publicGoodTrustedRoot } from "./public-good-root.ts";
export {
  bundleByIdentity,
  bundleByKey,
  messageBundleByIdentity,
  messageBundleByKey,
  type SignedStatement,
  type StatementOptions,
  statementFor,
  type TestBundle,
} from "./signed-bundle.ts";
export {
  hashedRekord,
  layerByIdentity,
  layerByKey,
  type PayloadOptions,
  payloadFor,
  promiseText,
  type SignedLayer,
} from "./signed-layer.ts";
export { putBundles, putLayers, type Writable } from "./stored-signatures.ts";
