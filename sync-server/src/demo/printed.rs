//! What the person who started the demo needs to get in.

/// One person of the demo street.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the person signs in with.
    pub login: String,
    /// The invented name.
    pub name: String,
    /// One-time code for a phone.
    pub code: Option<String>,
}

/// Passwords and codes of one start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The street's name.
    pub street: String,
    /// The one password of everybody.
    pub password: String,
    /// Everybody.
    pub people: Vec<Line>,
}

impl Printed {
    /// A box for the terminal.
    #[must_use]
    pub fn in_a_box(&self, office: &str) -> String {
        let mut lines = vec![
            format!("演示街道 Demo street: {}", self.street),
            format!("办公端 Office: {office}"),
            format!("密码 Password: {}", self.password),
            String::new(),
            "办公端账号 Office logins:".to_owned(),
        ];
        let offices: Vec<&str> = self
            .people
            .iter()
            .filter(|one| one.code.is_none())
            .map(|one| one.login.as_str())
            .collect();
        lines.extend(offices.chunks(6).map(|some| format!("  {}", some.join("  "))));
        lines.push(String::new());
        lines.push("手机登记码（24 小时内有效，仅一次） Codes for phones (24 hours, once):".to_owned());
        for one in &self.people {
            if let Some(code) = &one.code {
                lines.push(format!("  {}  {}  {}-{}", one.login, one.name, &code[..4], &code[4..]));
            }
        }
        let body: String = lines.iter().map(|line| format!("│ {line}\n")).collect();
        let rule = "─".repeat(72);
        format!("┌{rule}\n{body}└{rule}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_holds_address_password_and_a_code_per_worker() {
        let line = |login: &str, code: Option<&str>| Line {
            login: login.to_owned(),
            name: "某某".to_owned(),
            code: code.map(str::to_owned),
        };
        let printed = Printed {
            street: "九溪".to_owned(),
            password: "k7mw-pr2q-abcd".to_owned(),
            people: vec![line("admin", None), line("li", Some("K7MWPR2Q"))],
        };
        let text = printed.in_a_box("http://127.0.0.1:8420");
        for part in [
            "Office: http://127.0.0.1:8420",
            "Password: k7mw-pr2q-abcd",
            "  admin",
            "li  某某  K7MW-PR2Q",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }
}
