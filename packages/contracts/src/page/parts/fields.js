import { rulesInWords } from './rule-words.js'

/**
 * @import { Failure, RuleSet } from '../../api/page-shapes.ts'
 *
 * `value` is the example; undefined for an object or a list, whose fields follow.
 * @typedef {{ path: string, name: string, depth: number, value: unknown, rule: string }} Field
 */

/**
 * The fields of a body or a message, each after the one that it's in, with the rule that holds for it. Of a list only
 * the first item stands for all where the pact says that they are alike.
 * @param {unknown} body
 * @param {Readonly<Record<string, RuleSet>>} [rules] by their path
 * @returns {Field[]}
 */
export function fieldsOf(body, rules = {}) {
  const parsed = Object.entries(rules).map(([path, set]) => ({ tokens: tokensOf(path), set }))
  /** @param {unknown} value @param {readonly string[]} tokens @returns {Field[]} */
  const walk = (value, tokens) => {
    const own = bestOf(parsed, tokens, tokens.length)
    const isHolder = typeof value === 'object' && value !== null
    const children = isHolder ? Object.entries(value) : []
    const field = {
      path: pathOf(tokens),
      name: nameOf(tokens),
      depth: Math.max(0, tokens.length - 1),
      value: children.length > 0 ? undefined : value,
      rule: children.length > 0 && own === undefined ? '' : rulesInWords(own, value, inherited(parsed, tokens))
    }
    const shown =
      Array.isArray(value) && own?.matchers.some(({ match }) => match === 'type') ? children.slice(0, 1) : children
    return [field, ...shown.flatMap(([name, inner]) => walk(inner, [...tokens, name]))]
  }
  const [whole, ...inner] = walk(body, [])
  return whole === undefined || inner.length === 0 ? [whole].flatMap(field => field ?? []) : inner
}

/** @param {readonly string[]} tokens */
function nameOf(tokens) {
  const name = tokens.at(-1) ?? 'the whole'
  return /^\d+$/.test(name) ? `item ${Number(name) + 1}` : name
}

/**
 * Values by name, such as headers, each with its rule.
 * @param {Readonly<Record<string, unknown>>} [values]
 * @param {Readonly<Record<string, RuleSet>>} [rules]
 * @returns {Field[]}
 */
export function namedFields(values = {}, rules = {}) {
  const found = new Map(Object.entries(rules).map(([name, set]) => [(tokensOf(name)[0] ?? '').toLowerCase(), set]))
  return Object.entries(values).map(([name, value]) => {
    const example = Array.isArray(value) && value.length === 1 ? value[0] : value
    return { path: name, name, depth: 0, value: example, rule: rulesInWords(found.get(name.toLowerCase()), example) }
  })
}

/** The failures at a field, or at an item or a field that isn't shown in it. @param {readonly Failure[]} failures @param {string} path */
export function failuresAt(failures, path) {
  return failures.filter(({ where }) => pathOf(tokensOf(where)) === pathOf(tokensOf(path)))
}

/** `$.items[*].id` and `$['items'][0].id` as their names. @param {string} path @returns {string[]} */
function tokensOf(path) {
  const parts = path.matchAll(/\['([^']*)'\]|\["([^"]*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)
  return [...parts]
    .map(([, single, double, index, plain]) => single ?? double ?? index ?? plain ?? '')
    .filter((token, at) => at > 0 || token !== '$')
}

/** @param {readonly string[]} tokens */
function pathOf(tokens) {
  return tokens.reduce((path, token) => path + (/^(\d+|\*)$/.test(token) ? `[${token}]` : `.${token}`), '$')
}

/** @typedef {{ tokens: readonly string[], set: RuleSet }} ParsedRule */

/** The most exact rule of a place. @param {readonly ParsedRule[]} rules @param {readonly string[]} tokens @param {number} length */
function bestOf(rules, tokens, length) {
  const fitting = rules.filter(
    rule => rule.tokens.length === length && rule.tokens.every((token, at) => token === '*' || token === tokens[at])
  )
  const stars = (/** @type {ParsedRule} */ rule) => rule.tokens.filter(token => token === '*').length
  return fitting.toSorted((a, b) => stars(a) - stars(b))[0]?.set
}

/** The rule of the nearest value around a place. @param {readonly ParsedRule[]} rules @param {readonly string[]} tokens */
function inherited(rules, tokens) {
  for (let length = tokens.length - 1; length >= 0; length--) {
    const found = bestOf(rules, tokens, length)
    if (found !== undefined) return found
  }
  return undefined
}
