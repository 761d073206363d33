/** The Element Plus components this app uses; the bundler drops the rest. Their styles: `element_style.ts`. */
export {
  ElButton, ElCheckbox, ElCheckboxGroup, ElConfigProvider, ElDatePicker, ElDialog, ElDrawer, ElDropdown,
  ElDropdownItem, ElDropdownMenu, ElInput, ElOption, ElRadio, ElRadioButton, ElRadioGroup, ElSelect, ElSkeleton,
  ElSkeletonItem, ElSwitch, ElMessage,
} from 'element-plus'
