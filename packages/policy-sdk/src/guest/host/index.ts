// One module per namespace, so that a policy's file names only the capabilities it uses.
import * as crypto from "./crypto.ts";
import * as kubernetes from "./kubernetes.ts";
import * as net from "./net.ts";
import * as oci from "./oci.ts";
import * as sigstore from "./sigstore.ts";

export { crypto, kubernetes, net, oci, sigstore };
