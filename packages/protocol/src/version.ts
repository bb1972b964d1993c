/**
 * The Kubewarden version we are compatible with: what `minimumKubewardenVersion` of a policy is compared
 * with (major and minor only) and what `--version` shows beside our own.
 */
export const KUBEWARDEN_VERSION = "1.38.0";
