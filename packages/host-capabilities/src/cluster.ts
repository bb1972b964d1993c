import type { SharedStamp } from "@kubewarden-ts/base";
import type { CapabilityAnswer, ResourceReference } from "./capability.ts";

/** Which objects of a kind are wanted, and how much of each. */
export interface ObjectSelection {
  /** `undefined` for all namespaces. */
  readonly namespace: string | undefined;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  /** Dot paths; none for whole objects. */
  readonly fieldMasks: readonly string[];
}

/** A list that does not change any more. */
export interface VersionedList {
  /** JSON, in memory that threads share. */
  readonly bytes: Uint8Array;
  /** Equal for equal lists. */
  readonly version: number;
  readonly asOfMs: number;
  /** Valid as long as the list is; absent when that is not known. */
  readonly stamp: SharedStamp | undefined;
}

/** Questions about access, as SubjectAccessReviews name them. */
export interface AccessQuestion {
  readonly user: string;
  readonly groups: readonly string[];
  readonly resourceAttributes: {
    readonly resource: string;
    readonly verb: string;
    readonly group?: string | undefined;
    readonly name?: string | undefined;
    readonly namespace?: string | undefined;
    readonly subresource?: string | undefined;
    readonly version?: string | undefined;
  };
}

/**
 * What capabilities ask of a Kubernetes cluster. Whatever keeps an answer from being had is thrown: nothing that failed
 * looks like nothing that was found. Messages are those of policy-runtime 5.8.
 */
export interface Cluster {
  list(
    resource: ResourceReference,
    wanted: ObjectSelection,
    signal: AbortSignal | undefined,
  ): Promise<VersionedList>;
  /** Whether a list may have changed since a time, in milliseconds since 1970; a list nobody asked for may have. */
  hasChangedSince(
    resource: ResourceReference,
    wanted: ObjectSelection,
    sinceMs: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean>;
  get(
    resource: ResourceReference,
    wanted: {
      name: string;
      namespace: string | undefined;
      fieldMasks: readonly string[];
      disableCache: boolean;
    },
    signal: AbortSignal | undefined,
  ): Promise<CapabilityAnswer>;
  pluralName(resource: ResourceReference, signal: AbortSignal | undefined): Promise<string>;
  canI(
    question: AccessQuestion,
    options: { disableCache: boolean },
    signal: AbortSignal | undefined,
  ): Promise<CapabilityAnswer>;
}

export interface ClusterDeps {
  /** `undefined` without a cluster. */
  readonly cluster: Cluster | undefined;
}

/** @throws {Error} when there is no cluster */
export function connectedCluster({ cluster }: ClusterDeps): Cluster {
  if (cluster === undefined) throw new Error("kube::Client was not initialized properly");
  return cluster;
}
