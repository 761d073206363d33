use std::fmt::Write as _;
use std::path::PathBuf;

use super::*;

/// The table as `docs/STATES.md` shows it.
fn document() -> String {
    let mut text = String::from(HEAD);
    let states = CaseState::ALL;
    let names: Vec<_> = states.iter().map(|state| format!("`{state}`")).collect();
    writeln!(text, "\n| act | {} |", names.join(" | ")).unwrap();
    writeln!(text, "| --- |{}", " --- |".repeat(states.len())).unwrap();
    for action in ActionName::ALL {
        let cells: Vec<_> = states
            .iter()
            .map(|state| match target(*state, *action) {
                Ok(to) if to == *state => "stays".to_owned(),
                Ok(to) => to.to_string(),
                Err(ErrorCode::StateRefusesAction) => "·".to_owned(),
                Err(code) => format!("{code:?}"),
            })
            .collect();
        writeln!(text, "| `{action}` | {} |", cells.join(" | ")).unwrap();
    }
    text.push_str(FOOT);
    text
}

const HEAD: &str = "# States of a case

Generated from the table in `domain` by its tests (`UPDATE_DOCS=1 cargo test -p domain`); do not edit.
Every state against every act: the state it leads to, `stays` where the state does not change, or `·` where the act is
refused with `state_refuses_action`.
";

const FOOT: &str = "
Where the target depends on the case:

- `return`: the second return in a case leads to `in_ruling`; no third queue is tried.
- `answer_closure_check` with \"no\" leads to `rework`.
- `unmerge` leads back to the state the case had before it was merged.
- `reopen` of a case that no queue ever had leads to `opened`.
- A helping queue that does `accept`, `return`, `progress` or `resolve` changes its own order only; the case's state
  stays. It may do so in `dispatched`, `accepted`, `suspended` and `rework`.

Beyond the table an act is refused for want of rights (`forbidden`, `same_person`), outside its window
(`return_window_over`, `withdraw_window_over`, `reopen_window_over`, `past_due`, `extensions_used_up`), before danger is
contained (`make_safe_first`), after a ruling (`final_dispatch`), while a mandatory helper is at work (`assist_open`),
or for what it lacks (`invalid`, with every problem).
";

#[test]
fn the_documented_table_is_the_one_that_runs() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/STATES.md");
    let expected = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/STATES.md is out of date: run with UPDATE_DOCS=1"
    );
}

#[test]
fn every_state_answers_every_act_with_its_target_or_its_code() {
    for state in CaseState::ALL {
        for name in ActionName::ALL {
            let facts = CaseFacts {
                state: *state,
                lead: "municipal".into(),
                due_at: Some(later(100)),
                extend_until: Some(later(200)),
                state_before_merge: Some(CaseState::Submitted),
                assists: vec![AssistFacts {
                    queue: "gas".into(),
                    mandatory: false,
                    state: AssistState::Sent,
                }],
                ..pothole()
            };
            let result = act(&facts, &complete(*name), &anybody(), NOW);
            match target(*state, *name) {
                // A case without a ruling yet has nothing against it; everything in the table can be done.
                Ok(to) => assert_eq!(result.map(|effects| effects.after.state), Ok(to), "{state} {name}"),
                Err(code) => {
                    let error = result.expect_err("the table refuses it");
                    assert_eq!(error.code, code, "{state} {name}");
                    assert_eq!(error.details["state"], state.as_str());
                    assert_eq!(error.details["action"], name.as_str());
                }
            }
        }
    }
}

#[test]
fn what_is_allowed_is_what_is_not_refused() {
    let case = dispatched(&pothole(), "municipal");
    use ActionName::{Accept, AddAssist, Comment, MakeSafe, Refer, ReleaseAssist, Return, Void};
    assert_eq!(
        allowed(&case, &member("municipal"), NOW),
        [Accept, Return, MakeSafe, Comment]
    );
    assert_eq!(allowed(&case, &member("sanitation"), NOW), [Comment]);
    assert_eq!(
        allowed(&case, &triage(), NOW),
        [Refer, Void, Comment, AddAssist, ReleaseAssist]
    );
    assert_eq!(
        refusal(&case, Accept, &member("sanitation"), NOW),
        Some(ErrorCode::Forbidden)
    );
    assert_eq!(
        refusal(&case, ActionName::Close, &triage(), NOW),
        Some(ErrorCode::StateRefusesAction)
    );
}
