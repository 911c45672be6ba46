import type { IContainer, IPodSpec, IProbe, IVolume, IVolumeMount } from 'kubernetes-models/v1'
import { httpPort, objectName } from './names.ts'

const node = 1000

type Limits = { readonly cpu: string; readonly memory: string; readonly mostMemory: string }

const usual: Limits = { cpu: '100m', memory: '128Mi', mostMemory: '256Mi' }

/** A container without any right, on a file system that it can't write. */
export function container(own: IContainer, { cpu, memory, mostMemory }: Limits = usual): IContainer {
  return {
    ...own,
    resources: { requests: { cpu, memory }, limits: { cpu: '1', memory: mostMemory } },
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] }
    }
  }
}

/** A pod that isn't root and has no account of Kubernetes. `user` owns what its volumes hold. */
export function pod(own: IPodSpec, user = node): IPodSpec {
  return {
    ...own,
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' }
    }
  }
}

/** A writable folder that ends with the pod, for what can't be elsewhere. */
export const scratch = (name: string, mountPath: string): Mounted => ({
  volume: { name, emptyDir: { sizeLimit: '64Mi' } },
  mount: { name, mountPath }
})

export type Mounted = { readonly volume: IVolume; readonly mount: IVolumeMount }

export const mountsOf = (mounted: readonly Mounted[]) => ({
  volumes: mounted.map(({ volume }) => volume),
  volumeMounts: mounted.map(({ mount }) => mount)
})

export const secretsDir = '/run/secrets'

/** The password of each account in a file that has its name, and of no other account. A path has a folder before the name. */
export function passwords(paths: readonly string[], mountPath: string = secretsDir): Mounted {
  const name = mountPath === secretsDir ? 'passwords' : 'connect-passwords'
  const sources = paths.map(path => {
    const account = path.replace(/^.*\//, '')
    return { secret: { name: objectName(account), items: [{ key: account, path }] } }
  })
  return {
    volume: { name, projected: { defaultMode: 0o440, sources } },
    mount: { name, mountPath, readOnly: true }
  }
}

/** What the volume of a claim keeps. */
export const kept = (claimName: string, mountPath: string): Mounted => ({
  volume: { name: claimName, persistentVolumeClaim: { claimName } },
  mount: { name: claimName, mountPath }
})

export function files(configMap: string, mountPath: string): Mounted {
  return {
    volume: { name: configMap, configMap: { name: configMap } },
    mount: { name: configMap, mountPath, readOnly: true }
  }
}

const get = (path: string) => ({ httpGet: { path, port: httpPort } })

/** Ready as in the original. Only what runs already is asked whether it lives, so a slow start isn't cut short. */
export const probes = (ready: string): Record<'readinessProbe' | 'startupProbe' | 'livenessProbe', IProbe> => ({
  readinessProbe: { ...get(ready), initialDelaySeconds: 10, timeoutSeconds: 2, periodSeconds: 5, failureThreshold: 10 },
  startupProbe: { ...get('/health/live'), timeoutSeconds: 2, periodSeconds: 5, failureThreshold: 24 },
  livenessProbe: { ...get('/health/live'), timeoutSeconds: 2, periodSeconds: 5, failureThreshold: 5 }
})
