import { act } from '../lib/api.js'
import { go } from '../router.js'
import { notify } from './notice.js'

const names = ['joon', 'mina', 'theo', 'aiko', 'sam', 'lena', 'omar', 'ines']

/** Places an order like anybody else, through the order service, and follows it. */
export async function placeOrder() {
  const name = names[Math.floor(Math.random() * names.length)]
  const quantity = 1 + Math.floor(Math.random() * 99)
  try {
    const { id } = await act('/api/orders', { name, quantity })
    go(`/orders/${id}`)
  } catch (error) {
    notify(`The order was not placed: ${error.message}`, 'stopped')
  }
}
