//! `config`, `init` and `db`: the commands that work on files. The rules of the configuration
//! themselves are tested where they stand.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DbBackend, Statement, TransactionTrait as _,
};

use crate::cli::Cli;

const TOKEN: &str = "123456:a-secret-that-must-not-show";

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn config_show_masks_secrets_and_names_sources() {
    let cli = Cli::new()
        .env("WAIAAS_TELEGRAM__BOT_TOKEN", TOKEN)
        .env("WAIAAS_HTTP__SESSION_BURST", "7");
    fs::create_dir(cli.data_dir()).unwrap();
    fs::write(
        cli.data_dir().join("config.toml"),
        "[log]\nformat = \"json\"\n",
    )
    .unwrap();
    let ran = cli.run(&[
        "config",
        "show",
        "--listen",
        "127.0.0.1:9",
        "--set",
        "log.level=debug",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // The width of the columns follows the length of this machine's temporary path.
    let narrow: Vec<String> = ran
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join("  "))
        .collect();
    insta::assert_snapshot!("config_show", narrow.join("\n"));
    let ran = cli.run(&["config", "show", "--output", "json"]);
    let settings: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let token = settings
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["key"] == "telegram.bot_token");
    assert_eq!(token.unwrap()["value"], "\"[set]\"");
    assert!(!ran.stdout.contains("a-secret"));
}

#[test]
fn config_check_names_every_problem_and_exits_with_1() {
    let cli = Cli::new()
        .env("WAIAAS_HTTP__LISTN", "x")
        .env("WAIAAS_TELEGRAM__BOT_TOKEN", "geheim");
    fs::create_dir(cli.data_dir()).unwrap();
    let text = "[http]\nlisten = \"0.0.0.0:1\"\nrequest_timeout_s = 99\n";
    fs::write(cli.data_dir().join("config.toml"), text).unwrap();
    let ran = cli.run(&["config", "check"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    insta::assert_snapshot!("config_check", ran.stderr);
    for command in [&["run"][..], &["db", "migrate"], &["config", "show"]] {
        assert_eq!(cli.run(command).stderr, ran.stderr, "{command:?}");
    }
    let right = Cli::new().run(&["config", "check"]);
    assert_eq!(right.stdout, "The configuration for [dir]/data is valid.\n");
    assert_eq!(right.code, Some(0));
}

#[test]
fn a_bot_token_may_not_be_an_argument() {
    let setting = format!("telegram.bot_token={TOKEN}");
    let ran = Cli::new().run(&["config", "show", "--set", &setting]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("mode 0600"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("a-secret"));
}

#[test]
fn init_makes_private_files_and_a_second_run_changes_nothing() {
    let cli = Cli::new();
    let ran = cli.run(&["init", "--non-interactive", "--listen", "127.0.0.1:4000"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!("init", format!("{}---\n{}", ran.stdout, ran.stderr));
    let dir = cli.data_dir();
    assert_eq!(mode(&dir), 0o700);
    for name in ["config.toml", "waiaas.db", "master.key"] {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
    }
    let before = fs::read(dir.join("config.toml")).unwrap();
    let again = cli.run(&["init", "--non-interactive", "--listen", "127.0.0.1:5000"]);
    assert_eq!(again.code, Some(0));
    insta::assert_snapshot!(
        "init_again",
        format!("{}---\n{}", again.stdout, again.stderr)
    );
    assert_eq!(fs::read(dir.join("config.toml")).unwrap(), before);
}

#[test]
fn init_with_force_rewrites_the_configuration_alone_and_keeps_the_old_one() {
    let cli = Cli::new();
    assert_eq!(cli.run(&["init", "--non-interactive"]).code, Some(0));
    let dir = cli.data_dir();
    let (old, key) = (
        fs::read(dir.join("config.toml")).unwrap(),
        fs::read(dir.join("master.key")).unwrap(),
    );
    let ran = cli.run(&[
        "init",
        "--non-interactive",
        "--force",
        "--listen",
        "127.0.0.1:5000",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        fs::read_to_string(dir.join("config.toml"))
            .unwrap()
            .contains("\nlisten = \"127.0.0.1:5000\"\n")
    );
    assert_eq!(fs::read(dir.join("master.key")).unwrap(), key);
    let backups: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "bak"))
        .collect();
    assert_eq!(backups.len(), 1);
    assert_eq!(fs::read(&backups[0]).unwrap(), old);
}

#[test]
fn init_takes_a_bot_token_from_a_private_file_only() {
    let cli = Cli::new();
    let file = cli.dir.path().join("token");
    fs::write(&file, TOKEN).unwrap();
    let path = file.to_str().unwrap();
    let arguments = [
        "init",
        "--non-interactive",
        "--bot-token-file",
        path,
        "--owner-chat-id",
        "42",
    ];
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = cli.run(&arguments);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("chmod 600"), "{}", ran.stderr);
    assert!(!cli.data_dir().exists(), "a refused answer makes nothing");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let ran = cli.run(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let config = fs::read_to_string(cli.data_dir().join("config.toml")).unwrap();
    assert!(config.contains("\nowner_chat_id = 42\n"));
    assert!(config.contains(&format!("\nbot_token_file = \"{path}\"\n")));
    assert!(!config.contains(TOKEN));
}

#[test]
fn init_refuses_wrong_answers_and_makes_nothing() {
    for arguments in [
        ["--listen", "nowhere"],
        ["--listen", "0.0.0.0:3100"],
        ["--owner-chat-id", "-5"],
        ["--language", "de"],
        ["--set", "http.lisen=1"],
        ["--bot-token-file", "/nowhere/token"],
    ] {
        let cli = Cli::new();
        let ran = cli.run(&[&["init", "--non-interactive"][..], &arguments].concat());
        assert_eq!(ran.code, Some(1), "{arguments:?}");
        assert!(
            ran.stderr.contains("the configuration has 1 problem\n"),
            "{}",
            ran.stderr
        );
        assert!(!cli.data_dir().exists(), "{arguments:?}");
    }
}

#[test]
fn init_says_why_a_directory_cannot_be_made() {
    let cli = Cli::new();
    fs::write(cli.data_dir(), "a file").unwrap();
    let ran = cli.run(&["init", "--non-interactive"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("[dir]/data"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(cli.data_dir()).unwrap(), "a file");
}

#[test]
fn db_backup_is_private_and_never_overwrites() {
    let cli = Cli::new();
    let target = cli.dir.path().join("copy.db");
    let backup = ["db", "backup", target.to_str().unwrap()];
    let ran = cli.run(&backup);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr
            .contains("There is no database at [dir]/data/waiaas.db"),
        "{}",
        ran.stderr
    );
    assert_eq!(cli.run(&["init", "--non-interactive"]).code, Some(0));
    let ran = cli.run(&backup);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(mode(&target), 0o600);
    let bytes = fs::read(&target).unwrap();
    assert!(bytes.starts_with(b"SQLite format 3\0"));
    assert_eq!(cli.run(&backup).code, Some(1));
    assert_eq!(fs::read(&target).unwrap(), bytes);
    let ran = cli.run(&["db", "backup", "/nowhere/copy.db"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("could not be copied"), "{}", ran.stderr);
    let left = fs::read_dir(cli.dir.path()).unwrap().count();
    assert_eq!(
        left, 2,
        "the data directory and the copy, nothing half-made"
    );
}

#[tokio::test]
async fn db_backup_is_consistent_while_somebody_writes() {
    let cli = Cli::new();
    assert_eq!(cli.run(&["init", "--non-interactive"]).code, Some(0));
    let open = |path: &std::path::Path| {
        let mut options = ConnectOptions::new(format!("sqlite://{}", path.display()));
        async move {
            Database::connect(options.max_connections(1).to_owned())
                .await
                .unwrap()
        }
    };
    let source = cli.data_dir().join("waiaas.db");
    let writer = open(&source).await;
    writer
        .execute_unprepared("CREATE TABLE probe (n INTEGER)")
        .await
        .unwrap();
    writer
        .execute_unprepared("INSERT INTO probe VALUES (1), (2)")
        .await
        .unwrap();
    // Committed rows still stand in the write-ahead log, and a transaction is open.
    let open_write = writer.begin().await.unwrap();
    open_write
        .execute_unprepared("INSERT INTO probe VALUES (3)")
        .await
        .unwrap();

    let target = cli.dir.path().join("copy.db");
    let ran = cli.run(&["db", "backup", target.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    open_write.commit().await.unwrap();

    let copy = open(&target).await;
    let first = async |sql: &str| {
        let statement = Statement::from_string(DbBackend::Sqlite, sql);
        let row = copy.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index::<String>(0).unwrap()
    };
    assert_eq!(first("PRAGMA integrity_check").await, "ok");
    assert_eq!(first("SELECT group_concat(n) FROM probe").await, "1,2");
}

#[test]
fn db_status_needs_no_file_and_migrate_makes_it_whole() {
    let cli = Cli::new();
    let ran = cli.run(&["db", "status"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!("db_status", ran.stdout);
    assert!(!cli.data_dir().exists());
    fs::create_dir(cli.data_dir()).unwrap();
    assert_eq!(cli.run(&["db", "migrate"]).code, Some(0));
    let ran = cli.run(&["db", "status", "--output", "json"]);
    let steps: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(
        steps
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["appliedAt"].is_string())
    );
    let again = cli.run(&["db", "migrate"]);
    assert_eq!(again.stdout, "The database has every step already.\n");
}
