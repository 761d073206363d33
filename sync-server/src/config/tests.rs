use std::collections::HashMap;

use super::*;

fn run(flags: &Flags, env: &[(&str, &str)], file: &str) -> Result<Config, Vec<ConfigProblem>> {
    let env: HashMap<&str, &str> = env.iter().copied().collect();
    load(
        flags,
        |name| env.get(name).map(|value| OsString::from(*value)),
        |_path| Ok(file.to_owned()),
    )
}

fn codes<T: std::fmt::Debug>(result: Result<T, Vec<ConfigProblem>>) -> Vec<&'static str> {
    result
        .unwrap_err()
        .into_iter()
        .map(|problem| problem.code.as_str())
        .collect()
}

fn with_file() -> Flags {
    Flags {
        config: Some("xunge.toml".to_owned()),
        ..Flags::default()
    }
}

#[test]
fn without_any_setting_the_server_is_reachable_from_this_machine_alone() {
    let config = run(&Flags::default(), &[], "").unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8420");
    assert!(!config.demo && config.public_url.is_none() && !config.behind_proxy);
}

#[test]
fn a_flag_outweighs_the_environment_and_that_the_file() {
    let file = "listen = '127.0.0.1:1'\nlog = 'debug'\npublic_url = 'https://a.example/'";
    let env = [("XUNGE_LISTEN", "127.0.0.1:2"), ("XUNGE_LOG", "warn")];
    let flags = Flags {
        listen: Some("127.0.0.1:3".to_owned()),
        ..with_file()
    };
    let config = run(&flags, &env, file).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.log, "warn");
    assert_eq!(config.public_url.as_deref(), Some("https://a.example"));
}

#[test]
fn everything_wrong_is_told_at_once_in_both_languages() {
    let file = "colour = 'red'\ndata_dir = ''\nlog = 3";
    let env = [
        ("XUNGE_PUBLIC_URL", "ftp://x"),
        ("XUNGE_BEHIND_PROXY", "perhaps"),
        ("XUNGE_LOG_FORMAT", "xml"),
    ];
    let flags = Flags {
        listen: Some("8420".to_owned()),
        demo: true,
        empty: true,
        ..with_file()
    };
    let problems = run(&flags, &env, file).unwrap_err();
    let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
    let expected = [
        "unknown",
        "listen_invalid",
        "empty",
        "public_url_invalid",
        "flag_invalid",
        "log_format_invalid",
        "not_text",
        "demo_and_empty",
    ];
    assert_eq!(codes, expected);
    let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for part in [
        "--listen",
        "XUNGE_BEHIND_PROXY",
        "data_dir",
        "应为 true 或 false",
        "must be text or json",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn a_file_that_is_missing_or_no_toml_is_named_with_its_line() {
    let missing = load(&with_file(), |_| None, |_| Err(std::io::ErrorKind::NotFound.into()));
    assert_eq!(codes(missing), ["file_unreadable"]);
    let problems = run(&with_file(), &[], "listen = '127.0.0.1:1'\nlog = = 3").unwrap_err();
    assert_eq!(
        (problems[0].code, problems[0].detail.as_str()),
        (ConfigCode::FileMalformed, "2")
    );
}

#[test]
fn plain_http_is_for_this_machine_and_private_networks() {
    for good in [
        "http://localhost:8420",
        "http://192.168.1.5:8420",
        "http://[::1]:8420",
        "https://xunge.example",
    ] {
        assert!(
            run(&Flags::default(), &[("XUNGE_PUBLIC_URL", good)], "").is_ok(),
            "{good}"
        );
    }
    for bad in ["http://xunge.example", "http://203.0.113.7"] {
        assert_eq!(
            codes(run(&Flags::default(), &[("XUNGE_PUBLIC_URL", bad)], "")),
            ["public_url_insecure"],
            "{bad}"
        );
    }
    for bad in [
        "xunge.example",
        "https://xunge.example/office",
        "https://user@xunge.example",
        "https://",
        "\u{1f333}",
    ] {
        assert_eq!(
            codes(run(&Flags::default(), &[("XUNGE_PUBLIC_URL", bad)], "")),
            ["public_url_invalid"],
            "{bad}"
        );
    }
}

#[test]
fn copies_of_postgresql_are_its_own_affair() {
    let on = |database, by| {
        let set = [("XUNGE_DATABASE", database), ("XUNGE_BACKUP_BY", by)];
        run(&Flags::default(), &set, "").map(|config| config.backup.map(|plan| plan.by))
    };
    let postgres = "postgres://xunge@db.example/street";
    for (by, wanted) in [("standby", CopiedBy::Standby), ("archive", CopiedBy::Archive)] {
        assert_eq!(on(postgres, by).unwrap(), Some(BackupBy::Postgres(wanted)));
    }
    assert_eq!(codes(on(postgres, "folder")), ["backup_by_invalid"]);
    assert_eq!(codes(on("street.db", "standby")), ["backup_by_invalid"]);
}

#[test]
fn database_and_photos_lie_in_the_data_folder_unless_told_otherwise() {
    let config = run(&Flags::default(), &[("XUNGE_DATA_DIR", "/srv/street")], "").unwrap();
    assert_eq!(config.places, Places::in_folder("/srv/street".as_ref()));
    let elsewhere = [
        ("XUNGE_DATABASE", "postgres://xunge:secret@db.example:5433/street"),
        ("XUNGE_PHOTOS", "s3://street-photos/2026"),
    ];
    let config = run(&Flags::default(), &elsewhere, "").unwrap();
    assert_eq!(config.places.database.to_string(), "postgres://db.example:5433/street");
    assert_eq!(config.places.photos.to_string(), "s3://street-photos/2026");
    assert!(!format!("{config:?}").contains("secret"), "a password is never printed");
}

#[test]
fn a_wrong_database_and_wrong_photos_are_told_together_and_without_the_password() {
    for bad in [
        "mysql://xunge:secret@db/street",
        "postgres://xunge:secret@db",
        "postgres://?",
    ] {
        let env = [("XUNGE_DATABASE", bad), ("XUNGE_PHOTOS", "ftp://photos")];
        let problems = run(&Flags::default(), &env, "").unwrap_err();
        let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, ["database_invalid", "photos_invalid"], "{bad}");
        assert!(problems.iter().all(|problem| !problem.to_string().contains("secret")));
    }
}

#[test]
fn demo_data_is_refused_where_the_world_can_reach_it() {
    let demo = Flags {
        demo: true,
        ..Flags::default()
    };
    assert_eq!(
        codes(run(&demo, &[("XUNGE_PUBLIC_URL", "https://xunge.example")], "")),
        ["demo_public"]
    );
    assert!(
        run(&demo, &[("XUNGE_PUBLIC_URL", "http://10.0.0.7:8420")], "")
            .unwrap()
            .demo
    );
    let empty = Flags {
        empty: true,
        ..Flags::default()
    };
    assert!(
        !run(&empty, &[("XUNGE_DEMO", "true")], "").unwrap().demo,
        "the flag outweighs the environment"
    );
}
