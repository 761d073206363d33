//! Without a display: both interfaces are used once on a hidden screen, and each step leaves a picture.

use super::Start;
use super::running::{Ended, Running};
use crate::command::{Stop, command};
use crate::screen::Screen;

/// Lets a script join a phone, send a report and look into the office; says where the pictures are.
pub(super) fn take(start: &Start<'_>, server: &Running) -> Result<Ended, Stop> {
    let screen = Screen::start()?;
    let folder = start.tree.screenshots().join("first-look");
    crate::check::link_node_modules(start.tree)?;
    let mut look = command(&start.tree.root, "node", ["tests/e2e/first-look.mjs"]);
    look.env("DISPLAY", screen.name())
        .env_remove("WAYLAND_DISPLAY")
        .env("XUNGE_APP_BIN", &start.programs.app)
        .env("XUNGE_OFFICE", format!("http://{}", start.address()))
        .env("XUNGE_PRINTED", server.printed())
        .env("XUNGE_PHONE", start.home.join("phone"))
        .env("XUNGE_SCREENSHOTS", &folder);
    let ended = Running::start("the first look", &mut look)?.wait(&start.stop)?;
    if ended == Ended::Well {
        println!("   Pictures of each step: {}", folder.display());
    }
    Ok(ended)
}
