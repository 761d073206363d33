use uuid::Uuid;

use super::*;
use crate::{Condition, HouseholdId, UserId, Visit, VisitId, VisitReason};

fn visit(day: i64, channel: Channel, outcome: VisitOutcome) -> VisitRow {
    let at = CapturedAt(day * DAY);
    VisitRow {
        visit: Visit {
            id: VisitId(Uuid::nil()),
            household: HouseholdId(Uuid::nil()),
            channel,
            reason: VisitReason::Routine,
            started_at: at,
            ended_at: at,
            outcome,
            condition: (outcome == VisitOutcome::Met).then_some(Condition::Fine),
            facts: String::new(),
            needs: vec![],
            promises: vec![],
            reflection: None,
            photos: vec![],
        },
        author: UserId(Uuid::nil()),
        author_label: String::new(),
        need_cases: vec![],
        stored: vec![],
    }
}

const OLD_AND_ALONE: &[Tag] = &[Tag::LowIncome, Tag::LivingAlone, Tag::Elder80];

#[test]
fn the_strictest_tag_decides() {
    assert_eq!(frequency(&[]), Frequency::TwiceAYear);
    assert_eq!(frequency(&[Tag::Other]), Frequency::TwiceAYear);
    assert_eq!(frequency(&[Tag::Other, Tag::LowIncome]), Frequency::Monthly);
    assert_eq!(frequency(&[Tag::LostOnlyChild, Tag::LoneElder]), Frequency::Weekly);
}

#[test]
fn old_and_alone_together_are_a_weekly_matter() {
    assert_eq!(frequency(&[Tag::Elder80]), Frequency::Monthly);
    assert_eq!(frequency(&[Tag::LivingAlone]), Frequency::Monthly);
    assert_eq!(frequency(OLD_AND_ALONE), Frequency::Weekly);
}

#[test]
fn an_elder_visited_on_the_tenth_is_due_again_on_the_seventeenth() {
    let due = next_due(OLD_AND_ALONE, Some(CapturedAt(10 * DAY)));
    assert_eq!(due, Some(CapturedAt(17 * DAY)));
    assert_eq!(next_due(OLD_AND_ALONE, None), None);
}

#[test]
fn repair_is_free_for_four_tags() {
    let free: Vec<_> = [
        Tag::LowIncome,
        Tag::NearLowIncome,
        Tag::LoneElder,
        Tag::SeverelyDisabled,
    ]
    .into();
    assert!(free.iter().all(|tag| free_repair(&[Tag::Other, *tag])));
    assert!(!free_repair(&[Tag::Elder80, Tag::LivingAlone, Tag::Disabled]));
    assert!(!free_repair(&[]));
}

#[test]
fn a_failed_attempt_moves_no_due_date() {
    let visits = [
        visit(1, Channel::Home, VisitOutcome::Met),
        visit(5, Channel::Home, VisitOutcome::NoAnswer),
    ];
    assert_eq!(last_counted(&[], &visits), Some(CapturedAt(DAY)));
    assert_eq!(last_counted(&[], &visits[1..]), None);
}

#[test]
fn a_second_phone_call_in_a_row_does_not_count_for_high_risk() {
    use Channel::{Home, Phone};
    let met = |day, channel| visit(day, channel, VisitOutcome::Met);
    let calls = [met(1, Home), met(2, Phone), met(3, Phone)];
    assert_eq!(last_counted(OLD_AND_ALONE, &calls), Some(CapturedAt(2 * DAY)));
    assert_eq!(last_counted(&[Tag::LowIncome], &calls), Some(CapturedAt(3 * DAY)));
    let mixed = [met(4, Phone), met(3, Home), met(2, Phone)];
    assert_eq!(last_counted(OLD_AND_ALONE, &mixed), Some(CapturedAt(4 * DAY)));
}

#[test]
fn three_failed_attempts_at_a_high_risk_household_raise_an_alarm() {
    let failed = |day| visit(day, Channel::Home, VisitOutcome::NoAnswer);
    let three = [failed(3), failed(5), failed(4)];
    assert!(welfare_alarm(OLD_AND_ALONE, &three));
    assert!(!welfare_alarm(&[Tag::LowIncome], &three));
    assert!(!welfare_alarm(OLD_AND_ALONE, &three[..2]));
    let met_since = [
        failed(1),
        failed(2),
        failed(3),
        visit(4, Channel::Phone, VisitOutcome::Met),
    ];
    assert!(!welfare_alarm(OLD_AND_ALONE, &met_since));
}
