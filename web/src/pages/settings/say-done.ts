import { ElMessage } from 'element-plus'
import 'element-plus/es/components/message/style/css'
import { tellProblem } from '#web/src/shared/tell-problem.ts'

/** Does what somebody asked for and says so, or why it could not be done. */
export const doAndSay = (words: string, deed: () => Promise<void>): Promise<void> =>
  tellProblem(async () => {
    await deed()
    ElMessage.success(words)
  })
