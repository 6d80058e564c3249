import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import './theme/tokens.css'
import './theme/theme.ts'
import { createApp } from 'vue'
import App from './app.vue'
import { i18n } from './locale/locale.ts'
import { router } from './router.ts'
import { loadConsoleConfiguration } from './shared/console-configuration.ts'

// Without what the service says of itself the console shows its own defaults, and tries again by
// what each page asks.
await loadConsoleConfiguration().catch((error: unknown) => console.warn(error))

createApp(App).use(i18n).use(router).mount('#app')
