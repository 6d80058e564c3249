import { optionalText, text } from '#runtime/setting.ts'

/** What other systems are told that come by Open311. */
export const OPEN311_SETTINGS = {
  jurisdictionId: optionalText(
    'OPEN311_JURISDICTION_ID',
    'What clients call this city, such as its domain; unset, whatever they call it.',
    { consequence: 'Set, a client that names another one is told that there is none such here.' },
  ),
  contact: text(
    'OPEN311_CONTACT',
    'Ask the operator of this service.',
    'Whom to ask about this service and for a key.',
  ),
} as const
