import { ElMessage } from 'element-plus'
import 'element-plus/es/components/message/style/css'
import { Problem } from '#web/src/api/problem.ts'
import { useTexts } from '#web/src/locale/use-texts.ts'
import { problemSentence } from './problem-sentence.ts'
import { STATE_TEXTS } from './state-texts.ts'
import { rememberFocus } from './use-return-focus.ts'

/**
 * Does what somebody asked for; what keeps it from being done is told over the page. A button that cannot
 * be pressed meanwhile loses the focus, and has it again afterwards.
 */
export async function tellProblem(deed: () => Promise<void>): Promise<void> {
  const giveBack = rememberFocus()
  try {
    await deed()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    ElMessage.error({
      message: problemSentence(error, useTexts(STATE_TEXTS)),
      duration: 8_000,
      showClose: true,
    })
  } finally {
    void giveBack()
  }
}
