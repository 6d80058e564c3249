import { defineTexts } from '#web/src/locale/use-texts.ts'

export const ROLES_TEXTS = defineTexts({
  zh: {
    title: '角色',
    hint: '一个账号可有一个或多个角色，能做的是各角色之和，能看的受其区域、管网和部门限制；督查侧与处置侧不能由同一账号兼任。',
    role: '角色',
    side: '归属',
    supervision: '督查侧',
    department: '处置侧',
    none: '–',
    does: '职责',
    routes: '接口权限',
    show: '{count} 项',
    people: '查看用户',
    inspector: '上报问题；核实、核查派给自己的案件',
    acceptor: '受理或不予受理；派核实、派核查；并案、拆案；代热线等登记上报',
    'duty-officer': '受理、立案、结案、返工、作废、重开；批准延期和挂账；督办；标记重点案件',
    dispatcher: '派遣案件；批准延期；督办；恢复计时',
    'department-handler': '处置本部门的案件：开始、反馈、回退、申请延期',
    'department-head': '同处置员，另可申请挂账',
    'pipe-operator': '查看所辖管网的设备、读数和案件；备注',
    engineer: '设备、部件、网格、规则、日历与立案策略；查看系统健康',
    administrator: '用户、部门、推送、对接、审计日志；查看系统健康',
    integration: '其他系统的程序账号：只能上报和移交其案件，用访问令牌',
  },
  en: {
    title: 'Roles',
    hint: 'An account has one role or several: it may what any of them may, and sees what its areas, networks and departments bound. Nobody has roles of both sides.',
    role: 'Role',
    side: 'Side',
    supervision: 'supervision',
    department: 'department',
    none: '–',
    does: 'What it is for',
    routes: 'May ask of the API',
    show: '{count} routes',
    people: 'Its users',
    inspector: 'reports; verifies and checks what it is asked to',
    acceptor:
      'accepts or rejects; asks for verification and checks; merges and splits; enters reports of others',
    'duty-officer':
      'accepts, files, closes, sends back, voids and reopens; grants extensions and parking; urges; marks key cases',
    dispatcher: 'dispatches; grants extensions; urges; lets parked cases go on',
    'department-handler':
      'handles the cases of its department: starts, feeds back, returns, asks for extensions',
    'department-head': 'as a handler, and asks for parking',
    'pipe-operator': 'sees devices, readings and cases of its networks; notes',
    engineer: 'devices, parts, grids, rules, calendar and filing policies; sees how the system is',
    administrator: 'users, departments, webhooks, integrations, audit log; sees how the system is',
    integration:
      'the account of a program of another system: reports and hands over cases, by a token',
  },
})
