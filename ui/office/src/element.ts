/** The Element Plus components this app uses; the bundler drops the rest. Their styles: `element_style.ts`. */
export {
  ElButton, ElCheckbox, ElCheckboxGroup, ElConfigProvider, ElDatePicker, ElDialog, ElDrawer, ElDropdown,
  ElDropdownItem, ElDropdownMenu, ElInput, ElOption, ElRadioButton, ElRadioGroup, ElSelect, ElMessage,
} from 'element-plus'
