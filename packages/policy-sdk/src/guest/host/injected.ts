// What the bundler puts in place of `host.<namespace>.<function>` in a policy: the function alone, so that the file names
// only the capabilities that the policy uses. Whatever else is done with `host` gets the whole of it.
import * as host from "./index.ts";

export { verifyCertificate as "host.crypto.verifyCertificate" } from "./crypto.ts";
export {
  canI as "host.kubernetes.canI",
  get as "host.kubernetes.get",
  list as "host.kubernetes.list",
  listAll as "host.kubernetes.listAll",
} from "./kubernetes.ts";
export { lookupHost as "host.net.lookupHost" } from "./net.ts";
export {
  manifest as "host.oci.manifest",
  manifestAndConfig as "host.oci.manifestAndConfig",
  manifestDigest as "host.oci.manifestDigest",
} from "./oci.ts";
export {
  verifyCertificate as "host.sigstore.verifyCertificate",
  verifyGithubActions as "host.sigstore.verifyGithubActions",
  verifyKeyless as "host.sigstore.verifyKeyless",
  verifyKeylessPrefix as "host.sigstore.verifyKeylessPrefix",
  verifyPublicKeys as "host.sigstore.verifyPublicKeys",
} from "./sigstore.ts";
export { host };
