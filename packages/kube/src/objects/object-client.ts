import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";

/** Which object. */
export interface ObjectName {
  readonly name: string;
  /** of a namespaced kind */
  readonly namespace?: string | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends CallOptions {
  /** nothing is stored; the API server checks and answers as if */
  readonly dryRun?: boolean;
}

/** The fields of an object that are to be ours. */
export interface AppliedObject {
  readonly metadata: ObjectName & { readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface ObjectSelection extends CallOptions {
  /** of a namespaced kind: only there; all namespaces without */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/**
 * Typed reading and writing of single objects. Answers are checked against the schema of their kind; a number that
 * JavaScript cannot hold, such as `9007199254740993` or `1.0`, is a value that `JSON.stringify` writes as it was. Whatever
 * is not 2xx throws {@link KubeError} with the API server's own message, but for what is said below.
 */
export interface ObjectClient {
  /** @returns `undefined` when there is none */
  get<T extends KubernetesObject>(
    type: ResourceType<T>,
    name: ObjectName,
    options?: CallOptions,
  ): Promise<T | undefined>;
  /** All objects, in pages. */
  list<T extends KubernetesObject>(type: ResourceType<T>, selection?: ObjectSelection): Promise<T[]>;
  /** @throws {KubeError} `KUBE_CONFLICT`, reason `AlreadyExists`, when there is one of that name */
  create<T extends KubernetesObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;
  /** PUT. @throws {KubeError} `KUBE_CONFLICT` when the object's resource version is not the latest */
  replace<T extends KubernetesObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;
  /** JSON merge patch. @param options.subresource - such as `status` */
  mergePatch<T extends KubernetesObject>(
    type: ResourceType<T>,
    name: ObjectName,
    patch: object,
    options?: WriteOptions & { readonly subresource?: "status" },
  ): Promise<T>;
  /**
   * Server-side apply of the fields that are ours; `apiVersion` and `kind` are filled in.
   * @param options.force - takes fields over from other managers
   * @throws {KubeError} `KUBE_CONFLICT` when a field is another manager's and `force` is not set
   */
  apply<T extends KubernetesObject>(
    type: ResourceType<T>,
    object: AppliedObject,
    options: WriteOptions & {
      readonly fieldManager: string;
      readonly force?: boolean;
      readonly subresource?: "status";
    },
  ): Promise<T>;
  /**
   * Dependents go in the background; an object with finalizers stays, being deleted.
   * @returns whether there was one
   * @throws {KubeError} `KUBE_CONFLICT` when it is not the one with that uid or resource version
   */
  delete<T extends KubernetesObject>(
    type: ResourceType<T>,
    name: ObjectName,
    options?: CallOptions & { readonly uid?: string; readonly resourceVersion?: string },
  ): Promise<boolean>;
}
