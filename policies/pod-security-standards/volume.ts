import { type Part, partIn, stringIn } from "@kubewarden-ts/policy-sdk";

/** What the standards look at in a volume. */
export interface Volume {
  readonly name: string;
  /** The fields that say what is mounted, in the order of the lists below. */
  readonly sources: readonly string[];
}

/** The sources that `restricted` allows. */
export const unrestrictedSources: readonly string[] = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

const restrictedSources: readonly string[] = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "gitRepo",
  "nfs",
  "iscsi",
  "glusterfs",
  "rbd",
  "flexVolume",
  "cinder",
  "cephfs",
  "flocker",
  "fc",
  "azureFile",
  "vsphereVolume",
  "quobyte",
  "azureDisk",
  "photonPersistentDisk",
  "portworxVolume",
  "scaleIO",
  "storageos",
];

/** @throws {UnreadableObjectError} */
export function readVolume(volume: Part): Volume {
  const all = [...unrestrictedSources, ...restrictedSources];
  const sources = all.filter((name) => partIn(volume, name) !== undefined);
  return { name: stringIn(volume, "name") ?? "", sources };
}
