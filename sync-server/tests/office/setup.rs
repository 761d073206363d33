//! The first start of an empty server.

use std::process::Command;

use domain::clock::Calendar;
use domain::view::StreetRow;
use serde_json::json;
use sync_server::setup::issue_link;
use sync_server::store::streets;

use crate::world::World;

fn empty_street() -> World {
    let world = World::empty();
    let now = world.server.now();
    let row = StreetRow {
        id: "street".into(),
        name: "街道".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        triage_first: Vec::new(),
        disabled_categories: Vec::new(),
        calendar: Calendar::default(),
    };
    world
        .server
        .store
        .write_blocking(move |tx| Ok(streets::insert(tx, &row, "JD", now)?))
        .unwrap();
    world
}

fn first(token: &str) -> serde_json::Value {
    json!({ "token": token, "street_name": "九溪街道", "login": "root", "name": "管理员", "password": "long enough password" })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_link_works_once_on_this_machine_within_fifteen_minutes() {
    let world = empty_street();
    let late = issue_link(&world.server).unwrap().unwrap();
    world.advance(16 * 60_000);
    let machine = world.on_the_machine();
    assert_eq!(machine.post("/v1/setup", first(&late)).await.code(), "link_invalid");
    let token = issue_link(&world.server).unwrap().unwrap();
    assert_eq!(
        world.anonymous().post("/v1/setup", first(&token)).await.code(),
        "forbidden",
        "from elsewhere"
    );
    assert_eq!(machine.get("/v1/setup").await.ok()["needed"], true);
    let me = machine.post("/v1/setup", first(&token)).await.ok();
    assert_eq!(
        (me["street_name"].as_str(), me["roles"][0].as_str()),
        (Some("九溪街道"), Some("administrator"))
    );
    assert_eq!(
        machine.post("/v1/setup", first(&token)).await.code(),
        "link_invalid",
        "a second time"
    );
    assert_eq!(machine.get("/v1/setup").await.ok()["needed"], false);
    assert_eq!(issue_link(&world.server).unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weak_password_does_not_use_up_the_link() {
    let world = empty_street();
    let token = issue_link(&world.server).unwrap().unwrap();
    let mut weak = first(&token);
    weak["password"] = json!("1234567890");
    assert_eq!(
        world.on_the_machine().post("/v1/setup", weak).await.code(),
        "password_weak"
    );
    world.on_the_machine().post("/v1/setup", first(&token)).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_owns_the_machine_gets_back_in() {
    let world = World::demo();
    let out = Command::new(env!("CARGO_BIN_EXE_sync-server"))
        .args(["reset-admin", "--data-dir"])
        .arg(world.folder.path())
        .envs(world.ground.url().map(|url| ("XUNGE_DATABASE", url)))
        .output()
        .unwrap();
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    let token = said.trim().rsplit('#').next().unwrap();
    // The program wrote with the machine's clock; the street of this test lives in another year.
    let expiry = "UPDATE links SET expires_at = $1";
    let later = world.server.now().0 + 1000;
    world
        .server
        .store
        .write(move |tx| Ok(tx.execute(expiry, sync_server::args![later])?))
        .await
        .unwrap();
    let browser = world.anonymous();
    let reset = json!({ "token": token, "password": "a password of my own" });
    assert_eq!(browser.post("/v1/password-reset", reset.clone()).await.status, 204);
    assert_eq!(browser.post("/v1/password-reset", reset).await.code(), "link_invalid");
    browser
        .post(
            "/v1/session",
            json!({ "login": "admin", "password": "a password of my own" }),
        )
        .await
        .ok();
}

#[test]
fn everything_wrong_with_the_settings_is_printed_at_once() {
    let out = Command::new(env!("CARGO_BIN_EXE_sync-server"))
        .args(["serve", "--listen", "here", "--log-format", "xml"])
        .env("XUNGE_PUBLIC_URL", "ftp://x")
        .output()
        .unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success());
    for code in [
        "[listen_invalid] --listen",
        "[log_format_invalid] --log-format",
        "[public_url_invalid] XUNGE_PUBLIC_URL",
    ] {
        assert!(said.contains(code), "{code} is missing in {said}");
    }
}
