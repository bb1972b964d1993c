import { posix } from "node:path";
import type { PolicyServer } from "@kubewarden-ts/api/policies";
import { authorityKeys, authoritySecretName } from "../certificates/ca-bundle.ts";
import type { ControllerConfig } from "../config.ts";
import { clientCaKey } from "./client-authority.ts";
import { policiesKey } from "./config-map.ts";
import { mountedConfiguration, type Volume } from "./mounted-configuration.ts";
import { ownedName } from "./owned-object.ts";
import { usesRemoteCollector } from "./telemetry.ts";

interface Mount {
  readonly volume: Volume;
  readonly mountPath: string;
  readonly writable?: true;
}

/** What the container finds in its file system, in the order of controller.md 3.5. */
export function podVolumes(server: PolicyServer, config: ControllerConfig) {
  const mounts: Mount[] = [
    ...base(ownedName(server, config).name),
    ...collectorCertificates(config),
    ...mountedConfiguration(server, config),
    ...mutualTls(config),
  ];
  return {
    volumes: mounts.map(({ volume }) => volume),
    volumeMounts: mounts.map(({ volume: { name }, mountPath, writable }) => ({
      ...{ name, mountPath },
      ...(writable ? {} : { readOnly: true }),
    })),
  };
}

function base(name: string): Mount[] {
  return [
    { volume: { name: "policy-store", emptyDir: {} }, mountPath: "/tmp", writable: true },
    { volume: { name: "certs", secret: { secretName: name } }, mountPath: "/pki" },
    { volume: { name: "policies", configMap: { name, items: [same(policiesKey)] } }, mountPath: "/config" },
  ];
}

/** Where the controller itself has them, there policy servers find them: the variables are copied. */
function collectorCertificates(config: ControllerConfig): Mount[] {
  if (!usesRemoteCollector(config)) return [];
  const { certificateSecret, clientCertificateSecret, environment } = config.telemetry;
  const mount = (name: string, secretName: string | undefined, variable: string): Mount[] => {
    const path = environment[variable];
    if (secretName === undefined || path === undefined) return [];
    return [{ volume: { name, secret: { secretName, defaultMode: 420 } }, mountPath: posix.dirname(path) }];
  };
  const client = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE";
  return [
    ...mount("otel-collector-certificate", certificateSecret, "OTEL_EXPORTER_OTLP_CERTIFICATE"),
    ...mount("otel-collector-client-certificate", clientCertificateSecret, client),
  ];
}

function mutualTls({ clientCaConfigMapName: name }: ControllerConfig): Mount[] {
  if (name === undefined) return [];
  const authority = { secretName: authoritySecretName, items: [same(authorityKeys.certificate)] };
  return [
    { volume: { name: "kubewarden-ca-cert", secret: authority }, mountPath: "/ca" },
    {
      volume: { name: "client-ca-cert", configMap: { name, items: [same(clientCaKey)] } },
      mountPath: "/client-ca",
    },
  ];
}

function same(key: string): { key: string; path: string } {
  return { key, path: key };
}
