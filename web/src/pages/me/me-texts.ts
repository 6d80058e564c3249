import { defineTexts } from '#web/src/locale/use-texts.ts'

export const ME_TEXTS = defineTexts({
  zh: {
    title: '我的账号',
    password: '修改密码',
    browsers: '已登录的浏览器',
    agent: '浏览器',
    address: '地址',
    since: '登录时间',
    seen: '最近使用',
    here: '本机',
    end: '退出',
    endOthers: '退出其他全部浏览器',
    ended: '已退出',
    unknown: '未知',
  },
  en: {
    title: 'My account',
    password: 'Change password',
    browsers: 'Browsers I am signed in with',
    agent: 'Browser',
    address: 'Address',
    since: 'Signed in',
    seen: 'Last used',
    here: 'this one',
    end: 'Sign out',
    endOthers: 'Sign out of all others',
    ended: 'Signed out',
    unknown: 'unknown',
  },
})
