import { defineTexts } from '#web/src/locale/use-texts.ts'

export const STATE_TEXTS = defineTexts({
  zh: {
    loading: '正在加载…',
    nothing: '暂无数据',
    again: '重试',
    failed: '加载失败',
    unreachable: '服务暂时无法连接，恢复后请重试。',
    forbidden: '当前账号无权查看。如需查看，请联系系统管理员。',
    missing: '没有找到，可能已被删除，或不在您的可见范围内。',
    busy: '操作过于频繁，请稍后再试。',
  },
  en: {
    loading: 'Loading…',
    nothing: 'Nothing here yet',
    again: 'Try again',
    failed: 'This could not be loaded',
    unreachable: 'The service cannot be reached. Try again once it is back.',
    forbidden: 'Your account may not see this. Ask an administrator if it should.',
    missing: 'Not found: it was removed, or lies beyond what you may see.',
    busy: 'Too many requests. Wait a little and try again.',
  },
})
