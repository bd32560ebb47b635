//! Every kind of refusal, and the order of the sources.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;

use super::*;

const TOKEN: &str = "123456:secret-part-of-the-token";

fn inputs() -> ConfigInputs {
    ConfigInputs::new(Path::new("/data"))
}

fn with_file(text: &str) -> ConfigInputs {
    let file = ConfigFile {
        path: PathBuf::from("config.toml"),
        text: text.to_owned(),
        readable_by_others: false,
    };
    ConfigInputs {
        file: Some(file),
        ..inputs()
    }
}

fn with_env(pairs: &[(&str, &str)]) -> ConfigInputs {
    inputs().with_environment(
        pairs
            .iter()
            .map(|(name, value)| (name.into(), value.into())),
    )
}

fn refused(inputs: &ConfigInputs) -> String {
    Config::load(inputs)
        .expect_err("should be refused")
        .to_string()
}

fn shown<'a>(config: &'a Config, key: &str) -> (Option<&'a str>, String) {
    let setting = config
        .describe()
        .iter()
        .find(|setting| setting.key == key)
        .expect("known key");
    (setting.value.as_deref(), setting.source.to_string())
}

#[test]
fn without_any_source_the_defaults_hold() {
    let config = Config::load(&inputs()).expect("defaults are right");
    assert_eq!(
        config.http,
        HttpConfig {
            listen: "127.0.0.1:3100".parse().expect("address"),
            behind_tls_proxy: false,
            body_max_bytes: 65_536,
            request_timeout_s: 15,
            session_burst: 60,
            session_per_s: 10,
            address_burst: 300,
            address_per_s: 100,
        }
    );
    assert!(config.telegram.is_none());
    assert_eq!(config.database.path, Path::new("/data/waiaas.db"));
    assert_eq!(
        config.security,
        SecurityConfig {
            session_absolute_lifetime_s: 2_592_000,
            max_sessions_per_agent: 5,
            session_retention_s: 2_592_000,
            on_token_reuse: OnTokenReuse::Alert,
            master_key_file: "/data/master.key".into(),
            constraints: ConstraintsRequest::default(),
        }
    );
    assert_eq!(
        config.log,
        LogConfig {
            level: "info".to_owned(),
            format: LogFormat::Text
        }
    );
}

#[test]
fn every_default_passes_its_own_rule() {
    for key in schema::KEYS {
        if let schema::Fallback::Value(text) = key.fallback {
            assert!(
                value::check(key, &value::Raw::Text(text)).is_ok(),
                "{}",
                key.path()
            );
        }
    }
}

#[test]
fn flags_go_over_the_environment_and_that_over_the_file() {
    let file = "[http]\nlisten = \"127.0.0.1:1\"\nsession_burst = 7\n[log]\nformat = \"json\"\n";
    let environment = [
        ("WAIAAS_HTTP__LISTEN", "127.0.0.1:2"),
        ("WAIAAS_HTTP__SESSION_BURST", "8"),
    ];
    let inputs = ConfigInputs {
        environment: with_env(&environment).environment,
        ..with_file(file)
    }
    .with_override("http.listen", "--listen", "127.0.0.1:3");
    let config = Config::load(&inputs).expect("all right");
    assert_eq!(config.http.listen.port(), 3);
    assert_eq!(config.http.session_burst, 8);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(
        shown(&config, "http.listen"),
        (Some("\"127.0.0.1:3\""), "--listen".to_owned())
    );
    assert_eq!(
        shown(&config, "http.session_burst"),
        (Some("8"), "WAIAAS_HTTP__SESSION_BURST".to_owned())
    );
    assert_eq!(
        shown(&config, "log.format"),
        (Some("\"json\""), "config.toml:5".to_owned())
    );
    assert_eq!(
        shown(&config, "log.level"),
        (Some("\"info\""), "default".to_owned())
    );
    assert_eq!(
        shown(&config, "database.url"),
        (Some("\"/data/waiaas.db\""), "default".to_owned())
    );
}

#[test]
fn each_bad_file_is_named_with_its_line() {
    let cases = [
        (
            "[http]\nlisen = 1\n",
            "config.toml:2: http.lisen: is not a known key; did you mean http.listen?",
        ),
        (
            "[log]\n\nlisten = 1\n",
            "config.toml:3: log.listen: is not a known key; did you mean http.listen?",
        ),
        (
            "[http]\nzzz = 1\n",
            "config.toml:2: http.zzz: is not a known key",
        ),
        (
            "[telegramm]\nx = 1\n",
            "config.toml:1: telegramm: is not a known section; did you mean [telegram]?",
        ),
        (
            "listen = 1\n",
            "config.toml:1: listen: stands in no section; did you mean http.listen?",
        ),
        (
            "http = 1\n",
            "config.toml:1: http: is a section; write [http] on a line of its own",
        ),
        ("[http\n", "config.toml:1: is not valid TOML: "),
        (
            "[http]\nsession_burst = 1\nsession_burst = 2\n",
            "config.toml:3: is not valid TOML: ",
        ),
        (
            "[http]\nrequest_timeout_s = 99\n",
            "config.toml:2: http.request_timeout_s = 99: is out of range; allowed: 1 to 60 (seconds)",
        ),
        (
            "[http]\nrequest_timeout_s = \"5\"\n",
            "config.toml:2: http.request_timeout_s = \"5\": is not a whole number; allowed: 1 to 60 (seconds)",
        ),
        (
            "[http]\nrequest_timeout_s = 1.5\n",
            "config.toml:2: http.request_timeout_s = 1.5: is not a whole number;",
        ),
        (
            "[http]\nlisten = 3100\n",
            "http.listen = 3100: has the wrong type; allowed: an IP address and a port",
        ),
        (
            "[http]\nlisten = \"localhost:1\"\n",
            "http.listen = \"localhost:1\": is not an address; allowed: an IP",
        ),
        (
            "[http]\nlisten = \"0.0.0.0:1\"\n",
            "config.toml:2: http.listen = \"0.0.0.0:1\": is not a loopback address",
        ),
        (
            "[http]\nbehind_tls_proxy = \"yes\"\n",
            "http.behind_tls_proxy = \"yes\": has the wrong type; allowed: true or false",
        ),
        (
            "[http]\nlisten = {}\n",
            "http.listen = (table): has the wrong type",
        ),
        (
            "[security]\nexpires_in = 299\n",
            "security.expires_in = 299: is out of range; allowed: 300 to 604800 (seconds)",
        ),
        (
            "[security]\nmax_renewals = 101\n",
            "security.max_renewals = 101: is out of range; allowed: 0 to 100",
        ),
        (
            "[security]\nmax_renewals = 99999999999999999999\n",
            "is not a whole number",
        ),
        (
            "[security]\nmax_transactions = 0\n",
            "is out of range; allowed: 1 or more (transactions)",
        ),
        (
            "[security]\nmax_amount_per_tx = 5\n",
            "max_amount_per_tx = 5: has the wrong type; allowed: decimal digits in quotes",
        ),
        (
            "[security]\nmax_total_amount = \"-5\"\n",
            "is not a decimal integer",
        ),
        (
            "[security]\non_token_reuse = \"warn\"\n",
            "is none of the allowed words; allowed: alert or revoke",
        ),
        (
            "[security]\nallowed_operations = []\n",
            "allowed_operations = (array): is empty, has an empty entry",
        ),
        (
            "[security]\nallowed_operations = [1]\n",
            "has the wrong type",
        ),
        (
            "[database]\nurl = \"postgres://u:geheim@h/db\"\n",
            "database.url: names PostgreSQL, but this version supports SQLite only",
        ),
        ("[database]\nurl = \"sqlite://\"\n", "names no file"),
        (
            "[database]\nurl = \"sqlite::memory:\"\n",
            "names no file, and sessions must survive",
        ),
        (
            "[database]\nurl = \"sqlite://a.db?cache=shared\"\n",
            "has options",
        ),
        (
            "[database]\nurl = \"waiaas.db\"\n",
            "does not start with sqlite://",
        ),
        (
            "[telegram]\nowner_chat_id = -5\n",
            "owner_chat_id = -5: is out of range; allowed: 1 or more (a private chat's id)",
        ),
        ("[telegram]\nlanguage = \"de\"\n", "allowed: en or ko"),
        (
            "[telegram]\ntime_zone = \" \"\n",
            "is not a text of 1 to 4096 bytes",
        ),
        (
            "[log]\nlevel = \"inof\"\n",
            "log.level = \"inof\": is not a log filter; allowed: off, error",
        ),
        (
            "[log]\nlevel = \"info,waiaas=loud\"\n",
            "is not a log filter",
        ),
    ];
    for (text, expected) in cases {
        let errors = refused(&with_file(text));
        assert!(errors.contains(expected), "{text}\n{errors}");
        assert!(
            errors.starts_with("the configuration has 1 problem\n"),
            "{errors}"
        );
        assert!(!errors.contains("geheim"), "{errors}");
    }
}

#[test]
fn each_bad_variable_is_named() {
    let cases = [
        (
            ("WAIAAS_HTTP__LISTN", "x"),
            "WAIAAS_HTTP__LISTN: is not a known key; did you mean WAIAAS_HTTP__LISTEN?",
        ),
        (
            ("WAIAAS_http__listen", "x"),
            "WAIAAS_http__listen: is not a known key",
        ),
        (
            ("WAIAAS_QQQ__XX", "x"),
            "WAIAAS_QQQ__XX: is not a known key",
        ),
        (
            ("WAIAAS_HTTP__LISTEN", ""),
            "WAIAAS_HTTP__LISTEN: http.listen = \"\": is empty; leave it out",
        ),
        (
            ("WAIAAS_HTTP__SESSION_BURST", "many"),
            "http.session_burst = \"many\": is not a whole number; allowed: 1 to 100000 (requests)",
        ),
        (
            ("WAIAAS_HTTP__BEHIND_TLS_PROXY", "1"),
            "allowed: true or false",
        ),
        (
            ("WAIAAS_TELEGRAM__BOT_TOKEN", "geheim"),
            "telegram.bot_token: does not look like a bot token",
        ),
        (
            ("WAIAAS_TELEGRAM__BOT_TOKEN", "12:ge heim"),
            "telegram.bot_token: does not look like a bot token",
        ),
        (
            ("WAIAAS_SECURITY__ALLOWED_OPERATIONS", "a,,b"),
            "has an empty entry",
        ),
    ];
    for (pair, expected) in cases {
        let errors = refused(&with_env(&[pair]));
        assert!(errors.contains(expected), "{pair:?}\n{errors}");
        assert!(!errors.contains("heim"), "{errors}");
    }
}

#[test]
fn variables_that_are_no_configuration_keys_are_left_alone() {
    let config = with_env(&[
        ("WAIAAS_DATA_DIR", "/x"),
        ("WAIAAS_SESSION_TOKEN", "wai_sess_x"),
        ("OTHER__KEY", "x"),
        ("WAIAAS_SECURITY__ALLOWED_OPERATIONS", "sign, transfer"),
    ]);
    let config = Config::load(&config).expect("nothing wrong");
    let operations = config.security.constraints.allowed_operations;
    assert_eq!(
        operations,
        Some(vec!["sign".to_owned(), "transfer".to_owned()])
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStringExt as _;
    let pair = ("WAIAAS_LOG__LEVEL".into(), OsString::from_vec(vec![0xff]));
    assert!(refused(&inputs().with_environment([pair])).contains("is not UTF-8 text"));
}

#[test]
fn all_problems_are_reported_at_once() {
    let file = "[http]\nlisen = 1\nrequest_timeout_s = 0\n[log]\nformat = \"xml\"\n";
    let inputs = ConfigInputs {
        environment: with_env(&[("WAIAAS_SECURITY__EXPIRES_IN", "1")]).environment,
        ..with_file(file)
    }
    .with_override("http.listen", "--listen", "nowhere");
    let errors = Config::load(&inputs).expect_err("five problems");
    assert_eq!(errors.problems().len(), 5, "{errors}");
}

#[test]
fn a_value_that_a_higher_source_covers_must_still_be_right() {
    let inputs = with_file("[http]\nlisten = \"nowhere\"\n").with_override(
        "http.listen",
        "--listen",
        "127.0.0.1:1",
    );
    assert!(refused(&inputs).contains("config.toml:2: http.listen = \"nowhere\""));
}

#[test]
fn another_address_than_loopback_needs_a_proxy() {
    for (listen, loopback) in [
        ("127.0.0.1:0", true),
        ("127.8.8.8:1", true),
        ("[::1]:1", true),
        ("[::ffff:127.0.0.1]:1", true),
        ("0.0.0.0:1", false),
        ("[::]:1", false),
        ("192.168.1.2:1", false),
    ] {
        let plain = [("WAIAAS_HTTP__LISTEN", listen)];
        assert_eq!(
            Config::load(&with_env(&plain)).is_ok(),
            loopback,
            "{listen}"
        );
        let behind = [plain[0], ("WAIAAS_HTTP__BEHIND_TLS_PROXY", "true")];
        assert!(Config::load(&with_env(&behind)).is_ok(), "{listen}");
    }
}

#[test]
fn the_bot_api_address_must_keep_the_token_private() {
    for (url, right) in [
        ("https://api.telegram.org", true),
        ("https://bots.example:8443/base/", true),
        ("http://127.0.0.1:8081", true),
        ("http://localhost:8081/", true),
        ("http://[::1]:8081", true),
        ("http://example.com", false),
        ("http://localhost.example.com", false),
        ("http://localhost@example.com", false),
        ("http://127.0.0.1\\@example.com", false),
        ("https://example.com?x=1", false),
        ("https://example.com/#x", false),
        ("https://example.com:0", false),
        ("https://example.com:99999", false),
        ("https://", false),
        ("ftp://example.com", false),
        ("api.telegram.org", false),
    ] {
        let given = [
            ("WAIAAS_TELEGRAM__API_URL", url),
            ("WAIAAS_TELEGRAM__BOT_TOKEN", TOKEN),
        ];
        let loaded = Config::load(&with_env(&given));
        assert_eq!(loaded.is_ok(), right, "{url}");
        if let Ok(Config {
            telegram: Some(telegram),
            ..
        }) = loaded
        {
            assert_eq!(telegram.api_url, url.trim_end_matches('/'));
        }
    }
}

fn with_webhook(more: &[(&str, &str)]) -> ConfigInputs {
    let token = [("WAIAAS_TELEGRAM__BOT_TOKEN", TOKEN)];
    with_env(&[&token[..], more].concat())
}

#[test]
fn a_webhook_has_an_address_that_telegram_can_call() {
    for (url, path) in [
        ("https://bots.example", Some("/")),
        ("https://bots.example/", Some("/")),
        ("https://bots.example/a/b-1_2.~", Some("/a/b-1_2.~")),
        ("https://bots.example:8443/a", Some("/a")),
        ("http://127.0.0.1:9/a", Some("/a")),
        ("http://localhost:9", Some("/")),
        ("http://bots.example/a", None),
        ("https://bots.example:444/a", None),
        ("https://bots.example/a?b", None),
        ("https://bots.example/a%20b", None),
        ("https://bots.example/{a}", None),
        ("https://bots.example/a/../b", None),
        ("https://user@bots.example/a", None),
        ("https:///a", None),
        ("bots.example/a", None),
    ] {
        let loaded = Config::load(&with_webhook(&[("WAIAAS_TELEGRAM__WEBHOOK_URL", url)]));
        assert_eq!(loaded.is_ok(), path.is_some(), "{url}");
        if let Some(webhook) = loaded.ok().and_then(|config| config.telegram?.webhook) {
            assert_eq!(
                (webhook.path(), webhook.url.as_str()),
                (path.unwrap_or_default(), url)
            );
        }
    }
    let own_server = [
        ("WAIAAS_TELEGRAM__WEBHOOK_URL", "https://bots.example:444/a"),
        ("WAIAAS_TELEGRAM__API_URL", "http://127.0.0.1:8081"),
    ];
    assert!(Config::load(&with_webhook(&own_server)).is_ok());
    let config = Config::load(&with_webhook(&[])).expect("right");
    assert_eq!(config.telegram.expect("a bot").webhook, None);
}

#[test]
fn a_group_is_negative_and_a_topic_needs_it() {
    let group = |id: &'static str, topic: &'static str| {
        let keys = [
            "WAIAAS_TELEGRAM__GROUP_CHAT_ID",
            "WAIAAS_TELEGRAM__GROUP_TOPIC_ID",
        ];
        let given: Vec<_> = keys.into_iter().zip([id, topic]).collect();
        let given: Vec<_> = given
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let loaded = Config::load(&with_webhook(&given));
        loaded.map(|config| config.telegram.and_then(|telegram| telegram.group))
    };
    let whole = group("-1001", "").expect("right").expect("a group");
    assert!(whole.includes(-1001, None) && whole.includes(-1001, Some(7)));
    assert!(!whole.includes(-1002, None) && !whole.includes(1001, None));
    let topic = group("-1001", "7").expect("right").expect("a group");
    assert!(topic.includes(-1001, Some(7)));
    assert!(!topic.includes(-1001, Some(8)) && !topic.includes(-1001, None));
    let general = group("-1001", "1").expect("right").expect("a group");
    assert!(general.includes(-1001, None) && !general.includes(-1001, Some(7)));
    assert_eq!(group("", "").expect("right"), None);
    for (id, topic) in [
        ("1001", ""),
        ("0", ""),
        ("-1001", "0"),
        ("-1001", "-7"),
        ("", "7"),
    ] {
        assert!(group(id, topic).is_err(), "{id} {topic}");
    }
    let refused = group("", "7").expect_err("no group").to_string();
    assert!(
        refused.contains("only together with telegram.group_chat_id"),
        "{refused}"
    );
}

#[test]
fn a_webhook_listens_on_loopback_and_beside_the_agents() {
    let url = ("WAIAAS_TELEGRAM__WEBHOOK_URL", "https://bots.example/a");
    let listening = |listen, more: &[(&'static str, &'static str)]| {
        let given = [&[url, ("WAIAAS_TELEGRAM__WEBHOOK_LISTEN", listen)], more].concat();
        Config::load(&with_webhook(&given))
    };
    assert!(listening("127.0.0.1:0", &[]).is_ok());
    assert!(listening("[::1]:3101", &[]).is_ok());
    let refused = listening("0.0.0.0:3101", &[]).expect_err("open to all");
    insta::assert_snapshot!(refused.to_string(), @r#"
    the configuration has 1 problem
      WAIAAS_TELEGRAM__WEBHOOK_LISTEN: telegram.webhook_listen = "0.0.0.0:3101": is not a loopback address, and what people write would travel without TLS; allowed: 127.0.0.1 or [::1]; or put a TLS proxy in front and set http.behind_tls_proxy = true
    "#);
    assert!(listening("0.0.0.0:3101", &[("WAIAAS_HTTP__BEHIND_TLS_PROXY", "true")]).is_ok());
    let refused = listening("127.0.0.1:3100", &[]).expect_err("taken");
    assert!(
        refused.to_string().contains("is where agents connect"),
        "{refused}"
    );
}

#[test]
fn the_database_path_is_read_from_its_url() {
    for (url, path) in [
        ("sqlite:///srv/w.db", "/srv/w.db"),
        ("sqlite://w.db", "/data/w.db"),
        ("sqlite:sub/w.db", "/data/sub/w.db"),
        ("sqlite:///srv/w.db?mode=rwc", "/srv/w.db"),
    ] {
        let config = Config::load(&with_env(&[("WAIAAS_DATABASE__URL", url)])).expect("right");
        assert_eq!(config.database.path, Path::new(path), "{url}");
    }
}

#[test]
fn a_bot_token_never_shows() {
    let config = Config::load(&with_env(&[("WAIAAS_TELEGRAM__BOT_TOKEN", TOKEN)])).expect("right");
    let token = &config
        .telegram
        .as_ref()
        .expect("the console is on")
        .bot_token;
    assert_eq!(token.expose_secret(), TOKEN);
    assert_eq!(shown(&config, "telegram.bot_token").0, Some("\"[set]\""));
    assert!(!format!("{config:?}").contains("secret-part"));
    assert!(
        !serde_json::to_string(config.describe())
            .expect("JSON")
            .contains("secret-part")
    );
}

#[test]
fn a_secret_in_a_file_that_others_can_read_is_refused() {
    let mut inputs = with_file(&format!("[telegram]\nbot_token = \"{TOKEN}\"\n"));
    assert!(Config::load(&inputs).is_ok());
    if let Some(file) = &mut inputs.file {
        file.readable_by_others = true;
    }
    let errors = refused(&inputs);
    assert!(
        errors.contains("other users can read this file"),
        "{errors}"
    );
    assert!(errors.contains("chmod 600 config.toml"), "{errors}");
    assert!(!errors.contains("secret-part"), "{errors}");
}

#[test]
fn a_bot_token_file_is_read_and_checked() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("token");
    let load = |mode: u32, text: &str| {
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode set");
        let mut inputs = with_env(&[("WAIAAS_TELEGRAM__BOT_TOKEN_FILE", "token")]);
        inputs.data_dir = directory.path().to_owned();
        Config::load(&inputs)
    };
    let config = load(0o600, &format!("{TOKEN}\n")).expect("right");
    assert_eq!(
        config.telegram.expect("on").bot_token.expose_secret(),
        TOKEN
    );
    let refused = |mode, text: &str| load(mode, text).expect_err("wrong").to_string();
    assert!(refused(0o640, TOKEN).contains("can be read by other users; allowed: mode 0600"));
    assert!(refused(0o604, TOKEN).contains("chmod 600"));
    let foreign = refused(0o600, "geheim");
    assert!(
        foreign.contains("does not look like a bot token"),
        "{foreign}"
    );
    assert!(!foreign.contains("geheim"), "{foreign}");
    assert!(refused(0o600, &"1".repeat(5000)).contains("too large"));
    fs::remove_file(&path).expect("removed");
    let missing = with_env(&[("WAIAAS_TELEGRAM__BOT_TOKEN_FILE", "/nowhere/token")]);
    assert!(
        Config::load(&missing)
            .expect_err("wrong")
            .to_string()
            .contains("cannot be read")
    );
}

#[test]
fn the_higher_of_token_and_token_file_counts_and_a_tie_is_refused() {
    let both = [
        ("WAIAAS_TELEGRAM__BOT_TOKEN", TOKEN),
        ("WAIAAS_TELEGRAM__BOT_TOKEN_FILE", "/nowhere/token"),
    ];
    assert!(refused(&with_env(&both)).contains("only one can count"));
    let inputs = ConfigInputs {
        environment: with_env(&both[..1]).environment,
        ..with_file("[telegram]\nbot_token_file = \"/nowhere/token\"\n")
    };
    assert!(
        Config::load(&inputs)
            .expect("the environment wins")
            .telegram
            .is_some()
    );
}

#[test]
fn the_starter_file_loads_and_carries_what_was_chosen() {
    let chosen = [
        ("http.listen", "127.0.0.1:4000".to_owned()),
        ("telegram.owner_chat_id", "42".to_owned()),
    ];
    let text = starter_text(&chosen);
    let config = Config::load(&with_file(&text)).expect("the starter file is right");
    assert_eq!(config.http.listen.port(), 4000);
    assert!(text.contains("\nowner_chat_id = 42\n"), "{text}");
    for key in schema::KEYS {
        assert!(text.contains(key.name), "{}", key.path());
    }
}

#[test]
fn a_private_file_is_written_whole_and_for_its_owner_only() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(CONFIG_FILE_NAME);
    fs::write(&path, "old").expect("written");
    write_private(&path, "[http]\n").expect("replaced");
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let inputs = ConfigInputs::new(directory.path())
        .with_file()
        .expect("read");
    assert_eq!(inputs.file.expect("there").text, "[http]\n");
    assert!(write_private(&directory.path().join("no/such"), "x").is_err());
    assert_eq!(fs::read_dir(directory.path()).expect("listed").count(), 1);
}

#[test]
fn a_configuration_file_that_cannot_be_read_is_an_error_and_a_missing_one_is_not() {
    let directory = tempfile::tempdir().expect("a directory");
    let read = || ConfigInputs::new(directory.path()).with_file();
    assert!(read().expect("no file").file.is_none());
    fs::write(directory.path().join(CONFIG_FILE_NAME), [0xff]).expect("written");
    assert!(
        read()
            .expect_err("no text")
            .to_string()
            .contains("is not UTF-8 text")
    );
}

const WEBHOOK: &str = "https://discord.com/api/webhooks/17/Wh-secret";

#[test]
fn channels_are_read_and_their_secrets_are_never_shown() {
    let config = Config::load(&with_env(&[
        ("WAIAAS_NOTIFY__DISCORD_WEBHOOK_URL", WEBHOOK),
        ("WAIAAS_NOTIFY__NTFY_URL", "https://ntfy.example.com/t0pic"),
        ("WAIAAS_NOTIFY__NTFY_TOKEN", "tk_secret"),
        ("WAIAAS_NOTIFY__ORDER", "ntfy"),
        ("WAIAAS_NOTIFY__LANGUAGE", "ko"),
    ]))
    .expect("all right");
    let notify = &config.notify;
    assert_eq!(notify.order, ["ntfy", "telegram", "discord"]);
    assert_eq!(notify.language, Language::Ko);
    assert_eq!(notify.time_zone, "UTC");
    let webhook = notify.discord_webhook_url.as_ref().expect("given");
    assert_eq!(webhook.expose_secret(), WEBHOOK);
    let told = format!("{config:?} {:?}", config.describe());
    for secret in ["Wh-secret", "t0pic", "tk_secret"] {
        assert!(!told.contains(secret), "{told}");
    }
}

#[test]
fn a_webhook_may_stand_in_a_file_of_its_own() {
    let dir = tempfile::tempdir().expect("directory");
    let path = dir.path().join("webhook");
    fs::write(&path, format!("{WEBHOOK}\n")).expect("written");
    let inputs = ConfigInputs {
        data_dir: dir.path().to_owned(),
        ..with_env(&[("WAIAAS_NOTIFY__DISCORD_WEBHOOK_URL_FILE", "webhook")])
    };
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("mode");
    let said = refused(&inputs);
    assert!(said.contains("can be read by other users"), "{said}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
    let config = Config::load(&inputs).expect("all right");
    assert!(config.notify.discord_webhook_url.is_some());
    fs::write(&path, "https://discord.com/Wh-secret").expect("written");
    let said = refused(&inputs);
    assert!(said.contains("is not the address of a webhook"), "{said}");
    assert!(!said.contains("Wh-secret"), "{said}");
}

#[test]
fn wrong_channels_are_refused_without_naming_the_secret() {
    let cases = [
        (
            "DISCORD_WEBHOOK_URL",
            "https://discord.com/s3cret",
            "is not the address of a webhook",
        ),
        (
            "DISCORD_WEBHOOK_URL",
            "http://discord.com/api/webhooks/1/s3cret",
            "without TLS",
        ),
        (
            "DISCORD_WEBHOOK_URL",
            "s3cret",
            "does not start with https://",
        ),
        (
            "NTFY_URL",
            "https://ntfy.sh/",
            "does not end with the name of a topic",
        ),
        (
            "NTFY_URL",
            "https://ntfy.sh",
            "does not end with the name of a topic",
        ),
        (
            "NTFY_URL",
            "https://ntfy.sh/s3cret%20",
            "does not end with the name of a topic",
        ),
        ("NTFY_URL", "http://ntfy.sh/s3cret", "without TLS"),
        (
            "NTFY_TOKEN",
            "s3cret with blanks",
            "does not look like an access token",
        ),
        ("ORDER", "telegram,pigeon", "one that is no channel"),
        ("ORDER", "ntfy,ntfy", "a name twice"),
        ("LANGUAGE", "de", "is none of the allowed words"),
    ];
    for (key, value, expected) in cases {
        let said = refused(&with_env(&[(&format!("WAIAAS_NOTIFY__{key}"), value)]));
        assert!(said.contains(expected), "{key}: {said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
    let local = [(
        "WAIAAS_NOTIFY__NTFY_URL",
        "http://127.0.0.1:8080/base/topic",
    )];
    assert!(Config::load(&with_env(&local)).is_ok());
}
