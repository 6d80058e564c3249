/** Nobody types a longer one, and stretching it takes time. */
export const PASSWORD_MAX_LENGTH = 256

const LONGEST_PATTERN = 4
const SHORTEST_WORD = 2
const MUCH_MORE = 10

// What guessers try first, with digits and signs around it.
const COMMONEST = `
password passwort passw0rd p@ssw0rd p@ssword letmein changeme secret welcome default guest login test
qwertyuiopasdfghjkl qwertyuiop qwerty asdfghjkl asdfgh zxcvbnm qazwsxedc qazwsx
1q2w3e4r5t6y 1q2w3e4r5t 1q2w3e4r q1w2e3r4 1qaz2wsx3edc 1qaz2wsx
administrator admin root superuser user iloveyou woaini sunshine princess football baseball monkey dragon
abcdefghijklmnopqrstuvwxyz abcdefghijkl abcdefgh abcdef abcd abc
wanmi 万米 shuzichengguan chengguan wangge 城管 密码 管理员`
  .split(/\s+/)
  .filter((word) => word !== '')

export interface PasswordBounds {
  /** Fewest characters. */
  readonly minLength: number
}

/**
 * Why a password is too easy to guess; undefined when it is not. Length counts and composition does
 * not (NIST SP 800-63B): four words are as good as any riddle. The commonest, the same few signs
 * over and over, rows of digits, and what is known of the account are refused.
 */
export function passwordFault(
  password: string,
  { minLength }: PasswordBounds,
  known: readonly string[] = [],
): string | undefined {
  const text = password.normalize('NFKC')
  const length = Array.from(text).length
  if (length < minLength) {
    return `the password has fewer than ${minLength} characters: several words make a good one`
  }
  if (length > PASSWORD_MAX_LENGTH) {
    return `the password has more than ${PASSWORD_MAX_LENGTH} characters`
  }
  const small = text.toLowerCase()
  if (period(small) <= LONGEST_PATTERN || isRow(small)) {
    return 'the password is one pattern over and over'
  }
  if (COMMONEST.some((word) => isLittleMoreThan(word, small))) {
    return 'the password is little more than one of those that are tried first'
  }
  if (known.some((word) => isLittleMoreThan(word.normalize('NFKC').toLowerCase(), small))) {
    return 'the password is little more than the name of the account'
  }
  return undefined
}

/** Length of the shortest text that makes the whole when it is repeated. */
const period = (text: string): number => `${text}${text}`.indexOf(text, 1)

/** Each sign is the one before it or its neighbour, such as in 123456789012. */
function isRow(text: string): boolean {
  const codes = Array.from(text, (sign) => sign.codePointAt(0) as number)
  return codes.every((code, index) => {
    const step = Math.abs(code - (codes[index - 1] ?? code))
    return step <= 1 || step === 9
  })
}

/** What is left without the word are a few digits and signs. */
function isLittleMoreThan(word: string, text: string): boolean {
  if (word.length < SHORTEST_WORD || !text.includes(word)) return false
  const rest = text.replaceAll(word, '')
  return rest.length < MUCH_MORE && !/\p{L}/u.test(rest)
}
