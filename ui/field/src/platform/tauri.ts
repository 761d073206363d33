// The real phone. The only file that imports @tauri-apps.
import { convertFileSrc, invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'

import type { Port, Topic } from './port'

/** `photo://localhost/x` on desktops, `http://photo.localhost/x` on Android. */
function address(url: string): string {
  const match = /^(photo|tile):\/\/localhost\/(.*)$/.exec(url)
  if (!match?.[1]) return url
  // `convertFileSrc` escapes the whole path; ours are plain segments and `{z}` placeholders.
  return convertFileSrc('', match[1]) + match[2]
}

function onChanged(listener: (topics: Topic[]) => void): () => void {
  const stop = listen<Topic[]>('changed', (event) => listener(event.payload))
  return () => void stop.then((unlisten) => unlisten())
}

export const phone: Port = {
  getLock: () => invoke('get_lock'),
  setPin: (pin) => invoke('set_pin', { pin }),
  changePin: (old, pin) => invoke('change_pin', { old, new: pin }),
  unlock: (pin) => invoke('unlock', { pin }),
  lockNow: () => invoke('lock_now'),
  touch: () => invoke('touch'),

  getSession: () => invoke('get_session'),
  enrol: ({ server, code, device_name }) => invoke('enrol', { server, code, device_name }),
  readEnrolmentQr: (upload) => invoke('read_enrolment_qr', { upload }),
  signOut: () => invoke('sign_out'),
  switchUser: (code) => invoke('switch_user', { code }),
  saveSettings: (settings) => invoke('save_settings', { settings }),

  getReference: () => invoke('get_reference'),
  searchCategories: (query) => invoke('search_categories', { query }),
  suggestCategory: (text) => invoke('suggest_category', { text }),

  beginUpload: (name, size) => invoke('begin_upload', { name, size }),
  appendUpload: (upload, offset, base64) => invoke('append_upload', { upload, offset, base64 }),

  openDraft: ({ kind, household, about }) => invoke('open_draft', { kind, household, about }),
  getDraft: (id) => invoke('get_draft', { id }),
  listDrafts: () => invoke('list_drafts'),
  saveDraft: (draft) => invoke('save_draft', { draft }),
  discardDraft: (id) => invoke('discard_draft', { id }),
  addPhoto: (draft, upload, role) => invoke('add_photo', { draft, upload, role }),
  drawPhoto: (draft, photo, upload) => invoke('draw_photo', { draft, photo, upload }),
  removePhoto: (draft, photo) => invoke('remove_photo', { draft, photo }),
  previewRoute: (draft) => invoke('preview_route', { draft }),

  saveReport: (draft) => invoke('save_report', { draft }),
  listReports: () => invoke('list_reports'),
  getReport: (id) => invoke('get_report', { id }),
  saveNote: (draft) => invoke('save_note', { draft }),
  withdrawReport: (report, reason) => invoke('withdraw_report', { report, reason }),
  exportReport: (report) => invoke('export_report', { report }),

  getRefused: (mutation) => invoke('get_refused', { mutation }),
  reviseRefused: (mutation) => invoke('revise_refused', { mutation }),
  dismissRefused: (mutation) => invoke('dismiss_refused', { mutation }),

  listHouseholds: ({ query, building, limit, offset }) => invoke('list_households', { query, building, limit, offset }),
  getHousehold: (id) => invoke('get_household', { id }),
  saveVisit: (draft) => invoke('save_visit', { draft }),
  quickVisit: (household, outcome, channel) => invoke('quick_visit', { household, outcome, channel }),
  editHousehold: (id, values, seen) => invoke('edit_household', { id, values, seen }),
  addResident: (household, values) => invoke('add_resident', { household, values }),
  editResident: (household, resident, values, seen) => invoke('edit_resident', { household, resident, values, seen }),
  removeResident: (household, resident, seen) => invoke('remove_resident', { household, resident, seen }),
  getTyped: (household) => invoke('get_typed', { household }),
  keepTyped: (household, part, typed) => invoke('keep_typed', { household, part, typed }),
  dismissMerge: (household, mutation) => invoke('dismiss_merge', { household, mutation }),

  getToday: () => invoke('get_today'),
  getSync: () => invoke('get_sync'),
  syncNow: () => invoke('sync_now'),
  exportBundle: () => invoke('export_bundle'),
  getMap: () => invoke('get_map'),
  importMap: (upload) => invoke('import_map', { upload }),
  getStorage: () => invoke('get_storage'),
  getPosition: () => invoke('get_position'),

  onChanged,
  address,
}
