/** The page's one state: what the stream and the screens fill, and the drawing reads. */
export const state = {
  about: undefined,
  flow: undefined,
  series: undefined,
  connected: true,
  lostAt: undefined,
  place: undefined,
  screen: {},
  now: Date.now()
}

const listeners = new Set()
let drawing

/** Changes the state and draws within a quarter of a second: at most four times a second, whatever comes in. */
export function update(change) {
  Object.assign(state, change)
  if (drawing === undefined) drawing = setTimeout(draw, 250)
}

/** Changes the state and draws at once: for what a person has just done. */
export function updateNow(change) {
  Object.assign(state, change)
  draw()
}

export function onDraw(listener) {
  listeners.add(listener)
}

function draw() {
  clearTimeout(drawing)
  drawing = undefined
  state.now = Date.now()
  for (const listener of listeners) listener(state)
}
