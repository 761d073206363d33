//! Signing in and out.

use serde_json::json;

use crate::world::World;

fn password(world: &World) -> String {
    world.demo.as_ref().unwrap().password.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let world = World::demo();
    let mut browser = world.anonymous();
    let answer = browser
        .post(
            "/v1/session",
            json!({ "login": "Municipal", "password": password(&world) }),
        )
        .await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let me = answer.ok();
    assert_eq!(
        (me["login"].as_str(), me["queues"][0].as_str()),
        (Some("municipal"), Some("municipal"))
    );
    let token = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    let stored = world.server.store.read(move |tx| {
        Ok(tx.number(
            "SELECT COUNT(*) FROM sessions WHERE token_hash = $1",
            sync_server::args![token],
        )?)
    });
    assert_eq!(
        stored.await.unwrap(),
        0,
        "the token itself must not lie in the database"
    );
    browser.cookie = cookie.split(['=', ';']).nth(1).map(str::to_owned);
    browser.get("/v1/me").await.ok();
    assert_eq!(browser.delete("/v1/session").await.status, 204);
    assert_eq!(browser.get("/v1/me").await.code(), "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_login_look_the_same_and_are_slowed_down() {
    let world = World::demo();
    let browser = world.anonymous();
    for _ in 0..5 {
        let answer = browser
            .post(
                "/v1/session",
                json!({ "login": "triage", "password": "wrong password" }),
            )
            .await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "wrong_credentials"));
    }
    let slowed = browser
        .post(
            "/v1/session",
            json!({ "login": "triage", "password": password(&world) }),
        )
        .await;
    assert_eq!((slowed.status, slowed.code().as_str()), (429, "too_many_tries"));
    assert!(slowed.headers.contains_key("retry-after"));
    assert!(slowed.json()["error"]["details"]["retry_after_s"].as_u64().unwrap() > 0);
    let unknown = browser
        .post(
            "/v1/session",
            json!({ "login": "nobody", "password": "wrong password" }),
        )
        .await;
    assert_eq!(unknown.code(), "wrong_credentials");
    world.advance(10 * 60_000);
    browser
        .post(
            "/v1/session",
            json!({ "login": "triage", "password": password(&world) }),
        )
        .await
        .ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_it_is_not_used() {
    let world = World::demo();
    let browser = world.signed_in("triage");
    world.advance(11 * 3_600_000);
    browser.get("/v1/me").await.ok();
    world.advance(11 * 3_600_000);
    browser.get("/v1/me").await.ok();
    world.advance(13 * 3_600_000);
    assert_eq!(browser.get("/v1/me").await.status, 401);
}
