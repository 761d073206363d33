//! The return dispute of the acceptance script: a hole near a gas valve, at the border of two grids, that nobody wants.

use domain::protocol::Verdict;
use domain::{Action, CaseAct, ErrorCode, GridId, QueueId};
use serde_json::{Value, json};
use sync_server::store::cases;

use crate::case::{Case, clock, refusal};
use crate::phone::Phone;
use crate::world::{World, in_march};

const BARRIER: &[u8] = include_bytes!("../../../demo/pictures/manhole-closed.png");
const FILLED: &[u8] = include_bytes!("../../../demo/pictures/pothole-filled.png");

fn give_back(text: &str, suggested: &str) -> Value {
    json!({ "action": "return", "reason": "not_ours", "text": text, "suggested": suggested })
}

/// Which queue did what, in order, as the timeline tells it; every step of a person has its author.
fn steps(detail: &Value) -> Vec<String> {
    let all = detail["row"]["timeline"].as_array().unwrap().iter();
    let told = |step: &Value| {
        // Who reported is masked for the office: a name without a person behind it.
        let by_rule = step["actor_label"] == "";
        format!(
            "{}{}",
            if by_rule { "rule " } else { "" },
            step["what"].as_str().unwrap()
        )
    };
    all.map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hole_that_nobody_wants_is_made_safe_returned_twice_and_ruled_on_once_and_for_all() {
    let world = World::demo();
    let (wang, zhao) = (Phone::enrol(&world, "wang").await, Phone::enrol(&world, "zhao").await);
    let case = dispatched(&world, &zhao, &zhao.profile.grids[0], &wang.profile.grids[0]).await;
    danger_comes_first(&world, &case).await;
    a_second_return_goes_to_the_head(&world, &case).await;
    the_ruling_cannot_be_returned(&world, &case).await;
    let filled = case.photo("municipal", "after", FILLED).await;
    let resolve = json!({ "action": "resolve", "text": "已回填", "photos": [filled], "no_photo_reason": null });
    the_helper_holds_up_the_lead(&world, &case, &resolve).await;
    more_time_is_granted(&world, &case).await;
    a_worker_of_the_other_grid_looks(&world, &case, &zhao, resolve, filled).await;
    the_case_remembers(&world, &case).await;
}

/// A report at a border: the phone asked and stored both grids, triage decides. It is urgent, so a rule dispatches it.
async fn dispatched<'w>(world: &'w World, zhao: &Phone, east: &GridId, west: &GridId) -> Case<'w> {
    world.in_march(16, 9, 2);
    let report = zhao.report(world, "road-collapse", east, Some(west)).await;
    let case = Case::of_report(world, &report.id.to_string()).await;
    let path = format!("/v1/cases/{}/place", case.id);
    let triage = world.signed_in("triage");
    let placed = triage.patch(&path, json!({ "grid": west })).await.ok();
    assert_eq!(placed["row"]["place"]["grid"], west.as_str());
    assert_eq!(placed["row"]["place"]["other_grid"], east.as_str());
    assert_eq!(
        (placed["row"]["state"].as_str(), placed["row"]["lead_queue"].as_str()),
        (Some("dispatched"), Some("municipal"))
    );
    assert_eq!(clock(&placed, "make_safe")["due_at"], in_march(16, 11, 2));
    case.act("municipal", json!({ "action": "accept" })).await.ok();
    case
}

async fn danger_comes_first(world: &World, case: &Case<'_>) {
    world.in_march(16, 9, 20);
    let before = case.seen_by("municipal").await;
    assert_eq!(refusal(&before, "return").as_deref(), Some("make_safe_first"));
    let refused = case
        .act("municipal", give_back("小区内部道路，物业负责", "construction"))
        .await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "make_safe_first"));
    assert_eq!(
        case.seen_by("municipal").await["row"],
        before["row"],
        "a refusal leaves nothing"
    );

    world.in_march(16, 9, 38);
    let unproved = json!({ "action": "make_safe", "text": "围挡已设", "photos": [] });
    assert_eq!(case.act("municipal", unproved).await.code(), "invalid");
    let barrier = case.photo("municipal", "after", BARRIER).await;
    let safe = json!({ "action": "make_safe", "text": "围挡已设", "photos": [barrier] });
    let safe = case.act("municipal", safe).await.ok();
    let stage = clock(&safe, "make_safe");
    assert_eq!(
        (stage["started_at"].as_i64(), stage["done_at"].as_i64()),
        (Some(in_march(16, 9, 2)), Some(in_march(16, 9, 38)))
    );
    let own = case
        .act("municipal", give_back("小区内部道路，物业负责", "municipal"))
        .await;
    assert_eq!(
        own.json()["error"]["details"]["problems"][0]["field"],
        "suggested",
        "somebody else must be named"
    );
    let returned = case
        .act("municipal", give_back("小区内部道路，物业负责", "construction"))
        .await
        .ok();
    assert_eq!(returned["row"]["state"], "returned");
    let back = returned["row"]["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (back["reason"].as_str(), back["text"].as_str()),
        (Some("not_ours"), Some("小区内部道路，物业负责"))
    );
}

async fn a_second_return_goes_to_the_head(world: &World, case: &Case<'_>) {
    world.in_march(16, 9, 45);
    let transfer = json!({ "action": "transfer", "lead": "construction", "assists": [], "text": "物业监管" });
    let moved = case.act("triage", transfer).await.ok();
    assert_eq!(
        (moved["row"]["state"].as_str(), moved["row"]["lead_queue"].as_str()),
        (Some("dispatched"), Some("construction"))
    );
    assert_eq!(
        moved["clocks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["stage"] == "make_safe")
            .count(),
        1,
        "it is safe already"
    );

    world.in_march(16, 10, 5);
    let second = case.act("construction", give_back("疑似燃气管沟", "gas")).await.ok();
    assert_eq!(second["row"]["state"], "in_ruling", "no third queue is tried");
}

async fn the_ruling_cannot_be_returned(world: &World, case: &Case<'_>) {
    world.in_march(16, 10, 40);
    let ruling = json!({ "action": "final_dispatch", "lead": "municipal", "assists": ["gas", "property-1"], "mandatory": ["gas"],
        "ruling": "路面归市政，燃气先测漏，物业配合" });
    assert_eq!(
        case.act("triage", ruling.clone()).await.code(),
        "forbidden",
        "only the head rules"
    );
    let ruled = case.act("head", ruling).await.ok();
    assert_eq!(
        (ruled["row"]["state"].as_str(), ruled["row"]["lead_queue"].as_str()),
        (Some("dispatched"), Some("municipal"))
    );
    assert_eq!(
        ruled["row"]["due_at"],
        in_march(23, 10, 40),
        "five working days from the ruling"
    );
    let shown = case.seen_by("municipal").await;
    assert_eq!(refusal(&shown, "return").as_deref(), Some("final_dispatch"));
    let again = case.act("municipal", give_back("还是不归我们", "gas")).await;
    assert_eq!((again.status, again.code().as_str()), (409, "final_dispatch"));
    case.act("municipal", json!({ "action": "accept" })).await.ok();
}

async fn the_helper_holds_up_the_lead(world: &World, case: &Case<'_>, resolve: &Value) {
    let held = case.act("municipal", resolve.clone()).await;
    assert_eq!(
        (held.code().as_str(), &held.json()["error"]["details"]["queues"]),
        ("assist_open", &json!(["gas"]))
    );
    world.in_march(16, 12, 10);
    let no_leak = json!({ "action": "resolve", "text": "无泄漏", "photos": [], "no_photo_reason": null });
    let helped = case.act("gas", no_leak).await.ok();
    assert_eq!(helped["row"]["state"], "accepted", "a helper ends its own order alone");
}

async fn more_time_is_granted(world: &World, case: &Case<'_>) {
    world.in_march(18, 9, 0);
    let extend = |until| json!({ "action": "extend", "reason": "等管线图", "until": until });
    assert_eq!(
        case.act("triage", extend(in_march(30, 10, 41))).await.code(),
        "invalid",
        "one original limit at most"
    );
    assert_eq!(
        case.act("municipal", extend(in_march(30, 10, 40))).await.code(),
        "forbidden",
        "triage grants"
    );
    let extended = case.act("triage", extend(in_march(30, 10, 40))).await.ok();
    assert_eq!(extended["row"]["due_at"], in_march(30, 10, 40));
}

async fn a_worker_of_the_other_grid_looks(world: &World, case: &Case<'_>, zhao: &Phone, resolve: Value, filled: Value) {
    world.in_march(24, 15, 0);
    let resolved = case.act("municipal", resolve).await.ok();
    assert_eq!(resolved["row"]["state"], "resolved");
    let check = json!({ "action": "ask_closure_check", "question": "路面平整了吗？" });
    let asked = case.act("triage", check).await.ok();
    let id = serde_json::from_value(asked["row"]["id"].clone()).unwrap();
    let seen = u32::try_from(asked["row"]["state_rev"].as_u64().unwrap()).unwrap();
    let answer = |photos| CaseAct {
        case: id,
        from_state_rev: seen,
        act: Action::AnswerClosureCheck {
            done: true,
            text: "平整".to_owned(),
            photos,
        },
    };
    // The worker of the other grid looks: the case reaches both.
    let bare = zhao.act(world, answer(Vec::new())).await;
    assert!(
        matches!(
            bare,
            Verdict::Rejected {
                code: ErrorCode::Invalid,
                ..
            }
        ),
        "proof is asked for: {bare:?}"
    );
    let proof = serde_json::from_value(filled).unwrap();
    assert_eq!(zhao.act(world, answer(vec![proof])).await, Verdict::Applied);
}

async fn the_case_remembers(world: &World, case: &Case<'_>) {
    world.in_march(25, 9, 0);
    let close = json!({ "action": "close", "reason": "fixed", "text": "已修复，住户满意" });
    let closed = case.act("triage", close).await.ok();
    assert_eq!(closed["row"]["state"], "closed");
    let expected = [
        "report",
        "rule open",
        "rule dispatch",
        "place",
        "accept",
        "make_safe",
        "return",
        "transfer",
        "return",
        "final_dispatch",
        "accept",
        "resolve",
        "extend",
        "resolve",
        "ask_closure_check",
        "answer_closure_check",
        "close",
    ];
    assert_eq!(steps(&closed), expected);
    let wanted = case.id.clone();
    let store = &world.server.store;
    let kept = store.read(move |tx| Ok(cases::find(tx, "id = $1", sync_server::args![wanted])?));
    let memory = kept.await.unwrap().remove(0).facts;
    assert_eq!(memory.returned_by, [QueueId::from("municipal"), "construction".into()]);
    assert_eq!(
        memory.wrong_dispatch,
        [QueueId::from("construction")],
        "municipal was right after all"
    );
    assert_eq!(memory.extensions, 1);
}
