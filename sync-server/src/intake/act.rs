//! Acts on cases. Field, office and rules all come through [`perform`]: the domain decides, this writes.

use domain::case::machine::{self, Actor, CaseFacts};
use domain::protocol::{Mutation, Receipt, RowType, Verdict, body_hash, kind};
use domain::view::{QueueRow, StreetRow};
use domain::{Action, CapturedAt, CaseAct, CaseId, ErrorCode, MutationId, Problem, ProblemKind, QueueId, StreetId};

use super::hand::InHand;
use super::valid;
use crate::store::cases::{self, CaseRecord};
use crate::store::receipts::{self, ReceiptRecord};
use crate::store::{Edit, Tx, grids, photos, reports, visits};
use crate::{Failure, Outcome};

/// What the state machine knows of a case.
///
/// # Errors
/// What the engine reports.
pub fn facts(tx: &Tx<'_>, street: &StreetId, case: &CaseRecord) -> Outcome<CaseFacts> {
    let lead = grids::queue(tx, street, &case.lead_queue)?;
    facts_with(tx, street, case, lead.as_ref())
}

/// As [`facts`], with what the transaction knows already.
pub(super) fn facts_in(edit: &Edit<'_>, case: &CaseRecord) -> Outcome<CaseFacts> {
    let lead = edit.known.queue(&case.lead_queue)?;
    facts_with(edit.tx, &edit.street, case, lead)
}

fn facts_with(tx: &Tx<'_>, street: &StreetId, case: &CaseRecord, lead: Option<&QueueRow>) -> Outcome<CaseFacts> {
    let main = case
        .merged_into
        .map(|main| cases::get(tx, street, main))
        .transpose()?
        .flatten();
    let memory = &case.facts;
    Ok(CaseFacts {
        state: case.state,
        state_rev: case.state_rev,
        category: case.category.clone(),
        urgency: case.urgency,
        lead: case.lead_queue.clone(),
        lead_may_return: lead.is_none_or(|queue| queue.may_return),
        assists: memory.assists.iter().map(Into::into).collect(),
        reporter: case.reporter,
        handler: memory.handler,
        grid: case.place.grid.clone(),
        community: case.community.clone(),
        received_at: case.received_at,
        return_until: memory.return_until,
        due_at: case.due_at,
        extend_until: memory.extend_until,
        extensions: memory.extensions,
        made_safe: memory.made_safe,
        final_dispatch: memory.final_dispatch,
        returned_by: memory.returned_by.clone(),
        wrong_dispatch: memory.wrong_dispatch.clone(),
        resolved_at: case.resolved_at,
        after_photo: memory.after_photo,
        checked: memory.checked,
        closed_at: case.closed_at,
        state_before_merge: memory.state_before_merge,
        main_closed: main.is_some_and(|main| !main.state.is_open()),
    })
}

/// Who acted, when and under which mutation, beside what the machine needs to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said {
    /// When it happened, by the device's clock.
    pub captured_at: Option<CapturedAt>,
    /// The mutation.
    pub mutation: Option<MutationId>,
}

/// An act of a person, compared with the state its author saw. A remark is never too late.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::Stale`] with `{now, state_rev}`, or what the machine refuses with.
pub fn apply_act(edit: &Edit<'_>, actor: &Actor, act: &CaseAct, said: Said) -> Outcome<()> {
    let case = cases::get(edit.tx, &edit.street, act.case)?.ok_or(ErrorCode::NotFound)?;
    if !matches!(act.act, Action::Comment { .. }) {
        machine::check_rev(&facts_in(edit, &case)?, act.from_state_rev)?;
    }
    let street = edit.known.street()?.ok_or(ErrorCode::NotFound)?;
    perform(edit, street, case, &act.act, actor, said).map(drop)
}

/// An act of the office: once per mutation id, however often the browser sends it. A refused act leaves nothing.
///
/// # Errors
/// As [`apply_act`]; [`ErrorCode::MutationIdConflict`] when the id was used for another act.
pub fn from_office(edit: &Edit<'_>, actor: &Actor, act: &CaseAct, id: MutationId) -> Outcome<()> {
    let author = actor.user.ok_or(ErrorCode::Forbidden)?;
    let mutation = Mutation {
        id,
        seq: 0,
        kind: kind::CASE_ACT.to_owned(),
        v: 1,
        entity: act.case.0,
        author,
        wall_ms: edit.now.0,
        server_est_ms: Some(edit.now.0),
        body: serde_json::to_value(act)?,
    };
    let hash = body_hash(&mutation);
    if let Some(known) = receipts::get(edit.tx, &edit.street, id)? {
        return answered(&known, &hash);
    }
    apply_act(
        edit,
        actor,
        act,
        Said {
            captured_at: None,
            mutation: Some(id),
        },
    )?;
    let record = ReceiptRecord {
        mutation: id,
        device: None,
        author,
        seq: None,
        kind: mutation.kind,
        entity: mutation.entity,
        body_hash: hash,
        verdict: Verdict::Applied,
        kept: None,
    };
    receipts::insert(edit.tx, &edit.street, &record, edit.now)?;
    edit.receipt(id);
    Ok(())
}

fn answered(known: &Receipt, hash: &str) -> Outcome<()> {
    if known.body_hash != hash {
        return Err(ErrorCode::MutationIdConflict.into());
    }
    match &known.verdict {
        Verdict::Rejected { code, details } => Err(Failure::refused(*code, details.clone())),
        Verdict::Applied | Verdict::Merged { .. } | Verdict::Superseded | Verdict::Parked { .. } => Ok(()),
    }
}

/// Does one act on a case: state, orders, clocks, timeline, photos. Returns the case as it is then.
///
/// # Errors
/// What the machine refuses with, or what the engine reports.
pub fn perform(
    edit: &Edit<'_>,
    street: &StreetRow,
    case: CaseRecord,
    action: &Action,
    actor: &Actor,
    said: Said,
) -> Outcome<CaseRecord> {
    let merged_into = case.merged_into;
    let mut hand = InHand::load(edit, street, case)?;
    hand.act(action, actor, said)?;
    let case = hand.update()?;
    move_reports(edit, merged_into, &case)?;
    touch(edit, &case)?;
    Ok(case)
}

/// Queues and cases that an act names must exist; the machine cannot know.
pub(super) fn known_things(edit: &Edit<'_>, case: &CaseRecord, action: &Action) -> Outcome<()> {
    let unknown = |field: &str| Problem {
        field: field.to_owned(),
        problem: ProblemKind::Unknown,
    };
    let mut problems = Vec::new();
    for (field, queue) in queues_named(action) {
        if edit.known.queue(queue)?.is_none() {
            problems.push(unknown(field));
        }
    }
    if let Action::Merge { into } = action {
        let main = cases::get(edit.tx, &edit.street, *into)?.filter(|main| main.state.is_open());
        if *into == case.id || main.is_none() {
            problems.push(unknown("into"));
        }
    }
    valid(problems)
}

fn queues_named(action: &Action) -> Vec<(&'static str, &QueueId)> {
    match action {
        Action::Dispatch { lead, assists, .. }
        | Action::Transfer { lead, assists, .. }
        | Action::FinalDispatch { lead, assists, .. } => std::iter::once(("lead", lead))
            .chain(assists.iter().map(|queue| ("assists", queue)))
            .collect(),
        Action::Return { suggested, .. } => vec![("suggested", suggested)],
        Action::AddAssist { queue, .. } => vec![("queue", queue)],
        Action::AskCheck { .. }
        | Action::AnswerCheck { .. }
        | Action::CheckExpired
        | Action::Open
        | Action::Reject { .. }
        | Action::Merge { .. }
        | Action::Unmerge
        | Action::SelfHandle { .. }
        | Action::Accept
        | Action::MakeSafe { .. }
        | Action::Refer { .. }
        | Action::Progress { .. }
        | Action::Extend { .. }
        | Action::Suspend { .. }
        | Action::Wake
        | Action::Resolve { .. }
        | Action::AskClosureCheck { .. }
        | Action::AnswerClosureCheck { .. }
        | Action::Rework { .. }
        | Action::Close { .. }
        | Action::Reopen { .. }
        | Action::Void { .. }
        | Action::Comment { .. }
        | Action::ReleaseAssist { .. } => Vec::new(),
    }
}

/// The step in the case's timeline. Sending it somewhere names the queue it went to; everything else the queue that
/// the author acted for.
/// A merged case's reports and photos go to its main case, and come back when the merge is undone.
fn move_reports(edit: &Edit<'_>, merged_into: Option<CaseId>, case: &CaseRecord) -> Outcome<()> {
    let Some(main) = merged_into.xor(case.merged_into) else {
        return Ok(());
    };
    if case.merged_into.is_some() {
        reports::merge(edit.tx, &edit.street, case.id, main)?;
        photos::copy_to_case(edit.tx, &edit.street, case.id, main)?;
    } else {
        reports::unmerge(edit.tx, &edit.street, case.id)?;
    }
    edit.touch(RowType::Case, main);
    Ok(())
}

pub(super) fn touch(edit: &Edit<'_>, case: &CaseRecord) -> Outcome<()> {
    edit.touch(RowType::Case, case.id);
    edit.touch(RowType::CaseOutline, case.id);
    if let Some(need) = case.need
        && let Some(visit) = visits::of_need(edit.tx, &edit.street, need)?
    {
        edit.touch(RowType::Visit, visit);
    }
    Ok(())
}

/// Voids a case for its reporter, who took the last report back.
pub(super) fn withdraw_case(edit: &Edit<'_>, case: CaseId, text: &str, said: Said) -> Outcome<()> {
    let Some(case) = cases::get(edit.tx, &edit.street, case)? else {
        return Ok(());
    };
    // Somebody has dealt with it already, or it was merged: the report is marked, the case stays.
    if machine::target(case.state, domain::ActionName::Void).is_err() {
        return Ok(());
    }
    let street = edit.known.street()?.ok_or(ErrorCode::NotFound)?;
    let text = if text.trim().is_empty() { "-" } else { text };
    let action = Action::Void { text: text.to_owned() };
    let case = perform(edit, street, case, &action, &Actor::rule(), said)?;
    let case = CaseRecord {
        close_reason: Some(domain::CloseReason::Withdrawn),
        ..case
    };
    Ok(cases::update(edit.tx, &edit.street, &case)?)
}
