import { InvalidArgumentError } from 'commander'
import { type AttributeValue, readAttribute } from '#model/attributes.ts'
import { schemaCheck } from '#model/schema-fault.ts'
import type { DeviceSelector, OneOf } from '#model/selector.ts'
import { DeviceSelectorDocument } from '#model/selector-document.ts'

const ATTRIBUTE = 'attr.'
const faultsOf = schemaCheck(DeviceSelectorDocument)

/**
 * One `--where part=value` on top of those before it; parts given again fit any of their values. An
 * attribute, `attr.NAME=value`, is read as an import reads it.
 *
 * @throws InvalidArgumentError, which commander shows beside the option
 */
export function selectorOption(text: string, before: DeviceSelector = {}): DeviceSelector {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must be part=value, such as group=north.')
  const [part, value] = [text.slice(0, at), text.slice(at + 1)]
  const selector = part.startsWith(ATTRIBUTE)
    ? withAttribute(before, part.slice(ATTRIBUTE.length), readAttribute(value))
    : { ...before, [part]: either(before[part as keyof DeviceSelector] as OneOf<string>, value) }
  const [fault] = faultsOf(selector)
  if (fault) throw new InvalidArgumentError(`In it ${fault.detail}.`)
  return selector
}

const withAttribute = (
  before: DeviceSelector,
  name: string,
  value: AttributeValue,
): DeviceSelector => {
  const { attributes = {} } = before
  const earlier = Object.hasOwn(attributes, name) ? attributes[name] : undefined
  return { ...before, attributes: { ...attributes, [name]: either(earlier, value) } }
}

const either = <Value>(before: OneOf<Value> | undefined, value: Value): OneOf<Value> =>
  before === undefined ? value : ([before, value].flat() as readonly Value[])
