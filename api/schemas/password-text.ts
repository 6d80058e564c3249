import { Type } from 'typebox'
import { PASSWORD_MAX_LENGTH } from '#model/password-fault.ts'

/** A password is never cut: one that is too long is refused (NIST SP 800-63B, 3.1.1.2). */
export const PasswordText = Type.String({ minLength: 1, maxLength: PASSWORD_MAX_LENGTH })
