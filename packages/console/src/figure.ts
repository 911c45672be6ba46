import { readFileSync } from 'node:fs'
import type { Logger } from '@outbox-cdc/service-kit'
import type { Config } from './config.ts'

/** A picture to show beside the flow. */
export type Figure = { readonly title: string; readonly about: string; readonly svg: Buffer }

/** Reads the picture of `FIGURE_FILE`; undefined where none is configured, or where it can't be read, which the log says. */
export function readFigure(config: Config, logger: Logger): Figure | undefined {
  const { FIGURE_FILE: file, FIGURE_TITLE: title, FIGURE_ABOUT: about } = config
  if (file === undefined) return undefined
  try {
    return { title, about, svg: readFileSync(file) }
  } catch (error) {
    logger.error({ err: error, file }, 'the page shows no picture: FIGURE_FILE cannot be read')
    return undefined
  }
}
