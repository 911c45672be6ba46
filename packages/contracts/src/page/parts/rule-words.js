/** @import { Rule, RuleSet } from '../../api/page-shapes.ts' */

/**
 * What a value must be like, in words: `type: integer`, `matches ^a$`. Without a rule of its own, `inherited` is that of
 * the nearest value around it; without any it must be exactly the same.
 * @param {RuleSet | undefined} rules
 * @param {unknown} example
 * @param {RuleSet} [inherited]
 */
export function rulesInWords(rules, example, inherited) {
  if (rules === undefined || rules.matchers.length === 0)
    return inherited?.matchers.some(({ match }) => match === 'type') ? typeInWords(example) : 'exactly this'
  const joined = rules.combine === 'OR' ? ' or ' : ' and '
  return rules.matchers.map(rule => inWords(rule, example)).join(joined)
}

/** @type {Record<string, (rule: Rule, example: unknown) => string>} */
const words = {
  type: ({ min, max }, example) => typeInWords(example) + sizeInWords(min, max),
  regex: ({ regex }) => `matches ${regex}`,
  equality: () => 'exactly this',
  include: ({ value }) => `contains ${value}`,
  integer: () => 'type: integer',
  decimal: () => 'type: number with decimals',
  number: () => 'type: number',
  boolean: () => 'type: boolean',
  null: () => 'null',
  date: ({ format }) => `date${asFormat(format)}`,
  time: ({ format }) => `time${asFormat(format)}`,
  timestamp: ({ format }) => `date and time${asFormat(format)}`,
  datetime: ({ format }) => `date and time${asFormat(format)}`,
  notEmpty: () => 'not empty',
  semver: () => 'a semantic version',
  contentType: ({ value }) => `content of type ${value}`,
  values: () => 'any names; values alike',
  statusCode: ({ status }) => `status: ${typeof status === 'string' ? status : status?.join(', ')}`,
  arrayContains: () => 'contains these, in any order',
  eachKey: ({ rules }, example) => `each name ${nested(rules, example)}`,
  eachValue: ({ rules }, example) => `each value ${nested(rules, example)}`
}

/** @param {Rule} rule @param {unknown} example */
function inWords(rule, example) {
  const say = words[rule.match]
  return say === undefined ? JSON.stringify(rule) : say(rule, example)
}

/** @param {readonly Rule[] | undefined} rules @param {unknown} example */
function nested(rules = [], example) {
  return rules.map(rule => inWords(rule, example)).join(' and ')
}

/** @param {unknown} value */
function typeInWords(value) {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'type: list'
  return `type: ${Number.isInteger(value) ? 'integer' : typeof value}`
}

/** @param {number} [min] @param {number} [max] */
function sizeInWords(min, max) {
  const sizes = [min === undefined ? [] : `at least ${min}`, max === undefined ? [] : `at most ${max}`].flat()
  return sizes.length === 0 ? '' : ` of ${sizes.join(' and ')}`
}

/** @param {string} [format] */
function asFormat(format) {
  return format === undefined ? '' : ` as ${format}`
}
