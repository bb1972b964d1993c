import type { EnvVar, PolicyServer } from "@kubewarden-ts/api/policies";
import type { ControllerConfig } from "../config.ts";
import { ownedName } from "./owned-object.ts";
import { hasSources } from "./sources-json.ts";

/** A volume of a Pod: its name, and one source. */
export interface Volume {
  readonly name: string;
  readonly [source: string]: unknown;
}

/** A file that a spec names, how it gets into the container, and how the policy server finds it. */
export interface MountedConfiguration {
  readonly volume: Volume;
  readonly mountPath: string;
  readonly variable: EnvVar;
}

/** The files that the spec of a PolicyServer names, in the order of controller.md 3.5. */
export function mountedConfiguration(server: PolicyServer, config: ControllerConfig): MountedConfiguration[] {
  const { verificationConfig, sigstoreTrustConfig, imagePullSecret } = server.spec;
  return [
    ...(verificationConfig === undefined ? [] : [verification(verificationConfig)]),
    ...(sigstoreTrustConfig === undefined ? [] : [sigstoreTrust(sigstoreTrustConfig)]),
    ...(imagePullSecret === undefined ? [] : [dockerConfig(imagePullSecret)]),
    ...(hasSources(server) ? [sources(ownedName(server, config).name)] : []),
  ];
}

function verification(name: string): MountedConfiguration {
  const items = [{ key: "verification-config", path: "verification.yml" }];
  return {
    volume: { name: "verification", configMap: { name, items } },
    mountPath: "/verification",
    variable: { name: "KUBEWARDEN_VERIFICATION_CONFIG_PATH", value: "/verification/verification.yml" },
  };
}

function sigstoreTrust(name: string): MountedConfiguration {
  const path = "sigstore-trust-config.json";
  return {
    volume: {
      name: "sigstore-trust-config",
      configMap: { name, items: [{ key: "sigstore-trust-config", path }] },
    },
    mountPath: "/sigstore-trust",
    variable: { name: "KUBEWARDEN_SIGSTORE_TRUST_CONFIG_PATH", value: `/sigstore-trust/${path}` },
  };
}

/** With this Secret policies are pulled, never the image (behaviour 23). */
function dockerConfig(secretName: string): MountedConfiguration {
  const mountPath = "/home/kubewarden/.docker";
  const items = [{ key: ".dockerconfigjson", path: "config.json" }];
  return {
    volume: { name: "imagepullsecret", secret: { secretName, items } },
    mountPath,
    variable: { name: "KUBEWARDEN_DOCKER_CONFIG_JSON_PATH", value: mountPath },
  };
}

function sources(name: string): MountedConfiguration {
  return {
    volume: { name: "sources", configMap: { name } },
    mountPath: "/sources",
    variable: { name: "KUBEWARDEN_SOURCES_PATH", value: "/sources/sources.yml" },
  };
}
