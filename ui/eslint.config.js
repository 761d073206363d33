// One configuration for kit, field and office.
import js from '@eslint/js'
import vueI18n from '@intlify/eslint-plugin-vue-i18n'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'

const tauri = { group: ['@tauri-apps/*'], message: 'The phone is reached through platform/port.ts; only platform/tauri.ts knows Tauri.' }

export default ts.config(
  { settings: { 'vue-i18n': { localeDir: '{kit,field,office}/src/messages/*.json', messageSyntaxVersion: '^11.0.0' } } },
  { ignores: ['**/*.json', '!*/src/messages/*.json', '**/dist', '**/dist-demo', '**/node_modules', 'kit/src/generated/**', 'office/src/api/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  ...vueI18n.configs['recommended'],
  {
    files: ['**/*.{ts,vue,js,mjs}'],
    languageOptions: { globals: { ...globals.browser }, parserOptions: { parser: ts.parser } },
    rules: {
      'no-restricted-imports': ['error', { patterns: [tauri] }],
      'no-restricted-globals': [
        'error',
        { name: 'localStorage', message: 'Data lives in the phone or on the server, never in web storage.' },
        { name: 'sessionStorage', message: 'Data lives in the phone or on the server, never in web storage.' },
        { name: 'indexedDB', message: 'Data lives in the phone or on the server, never in web storage.' },
      ],
      'no-restricted-syntax': [
        'error',
        // Web views down to Chrome 87 and Safari 15: the build rewrites syntax, not the standard library.
        {
          selector: "CallExpression[callee.property.name=/^(at|replaceAll|findLast|findLastIndex|toSorted|toReversed|toSpliced|hasOwn|randomUUID|fromAsync|groupBy|withResolvers)$/]",
          message: 'Not in Chrome 87 or Safari 15.',
        },
        { selector: "CallExpression[callee.name='structuredClone']", message: 'Not in Chrome 87 or Safari 15.' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@intlify/vue-i18n/no-raw-text': ['error', { ignorePattern: '^[\\s·–—:,，、。%×/()（）|]*$', ignoreText: ['·', '–'] }],
      '@intlify/vue-i18n/no-missing-keys': 'off', // Tests of each app check keys in use against both files, dynamic ones included.
      '@intlify/vue-i18n/no-v-html': 'error',
      'vue/no-v-html': 'error',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/require-default-prop': 'off',
    },
  },
  { files: ['**/fake/**', '**/tests/**', '**/scripts/**', 'office/**'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['field/src/platform/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['**/scripts/**', '**/*.config.{ts,js}', '**/tests/**'], languageOptions: { globals: { ...globals.node } } },
)
