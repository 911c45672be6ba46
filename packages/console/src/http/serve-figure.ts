import type { RequestHandler } from 'express'
import type { Figure } from '../figure.ts'

/** The picture runs nothing and loads nothing, also when it's opened by its own address: it may only have styles of its own. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

export function serveFigure({ svg }: Figure): RequestHandler {
  return (_, response) => {
    response.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' }).type('svg').send(svg)
  }
}
