//! `reset-admin`: for whoever owns the machine and has lost the administrator's password.

use std::sync::Arc;

use domain::role::Role;

use super::start::{ensure_street, failed, open};
use super::{Stop, say};
use crate::config::Config;
use crate::office::Office;
use crate::people::reset_link;
use crate::setup::issue_link;
use crate::store::people::{self, PersonRecord};

/// Prints a one-time link for an administrator's password, or the set-up link while there is none.
pub(super) fn reset_admin(config: &Config, login: Option<&str>) -> Result<(), Stop> {
    let office = Office {
        public_url: config.public_url.clone(),
        ..Office::default()
    };
    let server = open(config, office)?;
    ensure_street(&server)?;
    let base = config
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{}", config.listen));
    if let Some(token) = issue_link(&server).map_err(|failure| failed(&failure))? {
        say(&format!("还没有管理员 No administrator yet\n  {base}/setup#{token}"));
        return Ok(());
    }
    let wanted = login.map(str::to_lowercase);
    let (ids, now, office) = (Arc::clone(&server.ids), server.now(), Arc::clone(&server.office));
    let made = server.store.write_blocking(move |tx| {
        let everybody = people::everybody(tx)?.into_iter();
        let mut administrators = everybody.filter(|person| person.roles.contains(&Role::Administrator));
        let found = administrators.find(|person| wanted.as_ref().is_none_or(|login| person.login == *login));
        let Some(person) = found else { return Ok(None) };
        let person = PersonRecord { active: true, ..person };
        people::update(tx, &person)?;
        let link = reset_link(tx, &*ids, &office, &person, None, now)?;
        Ok(Some((person.login, link)))
    });
    let made = made.map_err(|failure| failed(&failure))?;
    let Some((login, link)) = made else {
        return Err(Stop::new(
            "not_found",
            "没有这个管理员",
            "there is no administrator of that login",
        ));
    };
    say(&format!(
        "{login}: 一次性链接，24 小时内有效 One-time link, valid for 24 hours\n  {base}{}",
        link.path
    ));
    Ok(())
}
