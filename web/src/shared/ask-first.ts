import { ElMessageBox } from 'element-plus'
import 'element-plus/es/components/message-box/style/css'
import 'element-plus/es/components/button/style/css'
import 'element-plus/es/components/overlay/style/css'
import { rememberFocus } from './use-return-focus.ts'

/** Asks whether something is really meant. Answers what whoever sits there says. */
export async function askFirst(
  sentence: string,
  { title, yes, no }: { readonly title: string; readonly yes: string; readonly no: string },
): Promise<boolean> {
  const giveBack = rememberFocus()
  try {
    await ElMessageBox.confirm(sentence, title, {
      confirmButtonText: yes,
      cancelButtonText: no,
      type: 'warning',
      closeOnClickModal: false,
    })
    return true
  } catch (action) {
    if (action === 'cancel' || action === 'close') return false
    throw action
  } finally {
    void giveBack()
  }
}
