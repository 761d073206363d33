// Steps of a case and notes of this phone, in words.
import { stateLook, wordLook, type Look } from '@xunge/kit/looks'
import { useI18n } from 'vue-i18n'

import { useLabels } from '../../labels'
import type { PhotoView, ReportView, TimelineStep, Word } from '../../platform/types'

/** `photos` can be shown, from this phone or the server, each with its word; `elsewhere` counts those that have not arrived. */
export type Step = { at: number; title: string; who: string; text: string; look: Look; word?: Word; photos: PhotoView[]; elsewhere: number }

const REASONS: Record<string, string> = { return: 'return', reject: 'reject', close: 'close' }
const DISPATCHES = ['dispatch', 'transfer', 'final_dispatch']

export function useSteps() {
  const { t, te } = useI18n({ useScope: 'global' })
  const labels = useLabels()

  function reason(entry: TimelineStep): string {
    if (entry.what === 'place') return entry.suggested ? t('report.routedAgain', { queue: labels.queue(entry.suggested) }) : entry.reason === 'orders_kept' ? t('report.ordersKept') : ''
    const group = REASONS[entry.what]
    return group && entry.reason && te(`${group}.${entry.reason}`) ? t(`${group}.${entry.reason}`) : ''
  }

  function ofServer(entry: TimelineStep): Step {
    const who = entry.actor ? entry.actor_label : t('report.byRule')
    const to = entry.queue && DISPATCHES.includes(entry.what) ? t('report.toQueue', { queue: labels.queue(entry.queue) }) : ''
    const title = te(`step.${entry.what}`) ? t(`step.${entry.what}`) : entry.what
    // The report's own photos stand above; a step shows what came with it.
    const came = entry.what === 'report' ? [] : entry.pictures
    const photos = came.filter((photo) => photo.preview_url)
    return { at: entry.at, title: title + to, who, text: [reason(entry), entry.text].filter(Boolean).join(t('list.stop')), look: stateLook(entry.state), photos, elsewhere: came.length - photos.length }
  }

  /** Oldest first; notes of this phone at their time. */
  function of(report: ReportView): Step[] {
    const notes = report.notes.map((note): Step => ({ at: note.captured_at, title: t('step.note'), who: '', text: note.text, look: wordLook(note.word, note.why.backed_up), word: note.word, photos: note.photos, elsewhere: 0 }))
    const captured: Step = { at: report.captured_at, title: t('report.captured'), who: '', text: '', look: wordLook('on_phone'), photos: [], elsewhere: 0 }
    // An own note stands there once, with its word, also after the server told of it.
    const told = report.timeline.filter((entry) => entry.what !== 'note' || !report.notes.some((note) => note.captured_at === entry.captured_at))
    return [...(told.length ? told.map(ofServer) : [captured]), ...notes].sort((a, b) => a.at - b.at)
  }

  return { of, ofServer }
}
