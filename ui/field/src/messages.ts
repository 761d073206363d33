// The field app's own messages beside the shared ones.
import { createMessages } from '@xunge/kit/i18n'

import en from './messages/en.json'
import zh from './messages/zh-CN.json'

const english: typeof zh = en

export const createFieldMessages = () => createMessages({ 'zh-CN': zh, en: english })
