import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as keda from '@kubernetes-models/keda/keda.sh/v1alpha1'
import * as apps from 'kubernetes-models/apps/v1'
import * as autoscaling from 'kubernetes-models/autoscaling/v2'
import * as batch from 'kubernetes-models/batch/v1'
import * as networking from 'kubernetes-models/networking.k8s.io/v1'
import * as policy from 'kubernetes-models/policy/v1'
import * as core from 'kubernetes-models/v1'
import { parseAllDocuments } from 'yaml'
import { folder } from './manifests.ts'

export const base = folder

export type Document = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> }
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly spec: any
  readonly data?: Readonly<Record<string, string>>
}

/** Every object of the committed files, in the order of the files. */
export async function readDocuments(): Promise<readonly Document[]> {
  const files = (await readdir(base)).filter(name => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  const texts = await Promise.all(files.map(name => readFile(join(base, name), 'utf8')))
  return texts.flatMap(text => parseAllDocuments(text).map(document => document.toJS() as Document))
}

const models = new Map<string, object>([
  ['keda.sh/v1alpha1', keda],
  ['apps/v1', apps],
  ['autoscaling/v2', autoscaling],
  ['batch/v1', batch],
  ['networking.k8s.io/v1', networking],
  ['policy/v1', policy],
  ['v1', core]
])

type Model = new (data: object) => { validate(): void }

/** What the schema of its kind says against it. There is no package with the schemas of Strimzi. */
export function problemsOf(document: Document): readonly string[] {
  const { apiVersion, kind, metadata } = document
  if (apiVersion === 'kafka.strimzi.io/v1') return []
  const about = `${kind} ${metadata.name}`
  const OfKind = Object.entries(models.get(apiVersion) ?? {}).find(([name]) => name === kind)?.[1] as Model | undefined
  if (OfKind === undefined) return [`${about}: ${apiVersion} has no such kind`]
  try {
    new OfKind(document).validate()
    return []
  } catch (error) {
    return [`${about}: ${(error as Error).message}`]
  }
}
