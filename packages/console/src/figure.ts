import { readFileSync } from 'node:fs'
import { ConfigError } from '@outbox-cdc/service-kit'
import type { Config } from './config.ts'
import { reasonOf } from './reason-of.ts'

/** A picture to show beside the flow. */
export type Figure = { readonly title: string; readonly about: string; readonly svg: Buffer }

/** Reads the picture of `FIGURE_FILE`; undefined where none is configured. */
export function readFigure({
  FIGURE_FILE: file,
  FIGURE_TITLE: title,
  FIGURE_ABOUT: about
}: Config): Figure | undefined {
  if (file === undefined) return undefined
  try {
    return { title, about, svg: readFileSync(file) }
  } catch (error) {
    throw new ConfigError(`FIGURE_FILE ${file} can't be read: ${reasonOf(error)}`)
  }
}
