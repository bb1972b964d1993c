import type { ClusterAccess } from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import { authorityFrom } from "../support/authority.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import type { ControlPlane } from "./control-plane.ts";
import { type Kubeconfig, kubeconfigOf } from "./kubeconfig.ts";

/** A control plane behind a relay that notes who asks for what: of one program or one set of clients. */
export interface RelayedPlane extends AsyncDisposable {
  readonly relay: Relay;
  /** Access with a bearer token; that of the administrator without. */
  access(token?: string): ClusterAccess;
  /** The same as a configuration for programs. */
  kubeconfig(token?: string): Kubeconfig;
}

export async function relayPlane(plane: ControlPlane): Promise<RelayedPlane> {
  const { url, ca, caKey, adminToken } = plane;
  const authority = await authorityFrom(ca, caKey);
  const certificate = await authority.issue({ commonName: "kube-apiserver", addresses: ["127.0.0.1"] });
  const relay = await startRelay({ url, ca }, certificate);
  return {
    relay,
    access: (token = adminToken) => staticAccess(relay.url, { token, tls: { ca } }),
    kubeconfig: (token = adminToken) => kubeconfigOf({ url: relay.url, ca }, { token }),
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
}
