//! Telling the worker what became of their own cases: once for each return, rejection and resolution.

use domain::protocol::RowType;
use domain::view::CaseRow;
use domain::{Bucket, CaseState, ReceivedAt};

use crate::device::Device;
use crate::failure::Result;
use crate::ports::{Notice, NoticeKind};
use crate::store::identity::Identity;
use crate::store::{noticed, row};

/// The bucket of the person's own records.
pub(crate) fn own_bucket(identity: &Identity) -> Bucket {
    Bucket(format!("me:{}", identity.profile.user))
}

/// The news a state is, if any.
pub(crate) const fn news(state: CaseState) -> Option<NoticeKind> {
    match state {
        CaseState::Returned => Some(NoticeKind::Returned),
        CaseState::Rejected => Some(NoticeKind::Rejected),
        CaseState::Resolved => Some(NoticeKind::Resolved),
        CaseState::Submitted
        | CaseState::PrefileCheck
        | CaseState::Opened
        | CaseState::Dispatched
        | CaseState::Accepted
        | CaseState::InRuling
        | CaseState::Suspended
        | CaseState::ClosureCheck
        | CaseState::Rework
        | CaseState::Closed
        | CaseState::Merged
        | CaseState::Void => None,
    }
}

/// The news of a case, and the server's time of the step that made it. A case that was closed since the last pull was
/// resolved in between; that is news too.
fn news_of(case: &CaseRow) -> Option<(NoticeKind, ReceivedAt)> {
    let step = |state: CaseState| case.timeline.iter().rev().find(|entry| entry.state == state);
    if case.state == CaseState::Closed {
        return step(CaseState::Resolved).map(|entry| (NoticeKind::Resolved, entry.at));
    }
    let kind = news(case.state)?;
    Some((kind, step(case.state).map_or(case.received_at, |entry| entry.at)))
}

impl Device {
    /// Notifies of news. On the first fill everything is old: it is remembered, not told.
    pub(crate) fn notify_news(&self, identity: &Identity, first_fill: bool) -> Result<()> {
        let cases: Vec<CaseRow> = self
            .store
            .cache(|cache| row::in_bucket(cache, &own_bucket(identity), RowType::Case))?;
        let own = cases.iter().filter(|case| case.reporter == Some(identity.profile.user));
        let news: Vec<_> = own
            .filter_map(|case| news_of(case).map(|(kind, at)| (case, kind, at)))
            .collect();
        if news.is_empty() {
            return Ok(());
        }
        let fresh = self.store.write_outbox(|tx| {
            let mut fresh = Vec::new();
            for (case, kind, at) in news {
                if noticed::remember(tx, case.id, kind, at)? {
                    fresh.push((case, kind));
                }
            }
            Ok(fresh)
        })?;
        for (case, kind) in fresh.into_iter().filter(|_| !first_fill) {
            if let Some(report) = case.reports.first() {
                let (number, category) = (case.number.clone(), case.category.clone());
                self.ports.notify.notify(Notice {
                    kind,
                    report: *report,
                    number,
                    category,
                });
            }
        }
        Ok(())
    }
}
