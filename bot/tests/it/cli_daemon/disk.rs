//! Disks that are full or read-only: a clear error, nothing half-made, and everything goes on
//! when there is room again.
//!
//! A process limit on the size of files makes every write fail for any user; a small file
//! system of its own shows what a really full disk does, and needs root.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustix::process::{Resource, Rlimit, prlimit};

use super::home::{Daemon, Home, skipped};
use super::http;
use crate::cli::{Cli, Ran, bounded_output};

/// A file system in memory, unmounted when the test ends.
pub(super) struct Tmpfs(PathBuf);

impl Tmpfs {
    /// `None` where this user may not mount.
    pub(super) fn mount(path: &Path, options: &str) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            skipped("only root can mount a small file system");
            return None;
        }
        fs::create_dir_all(path).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(path);
        if !mount.status().is_ok_and(|status| status.success()) {
            skipped("mounting is not permitted here");
            return None;
        }
        Some(Self(path.to_owned()))
    }

    pub(super) fn remount(&self, options: &str) {
        let mut mount = Command::new("mount");
        let status = mount
            .args(["-o", &format!("remount,{options}")])
            .arg(&self.0)
            .status();
        assert!(status.unwrap().success());
    }

    pub(super) fn fill(&self) {
        let _ = fs::write(self.0.join("filler"), vec![1; 32 << 20]);
    }

    fn make_room(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // A failing test may still have files open there.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// The command in a shell that sets a limit on the size of files, in blocks of 512 bytes, and
/// lets a write beyond it fail instead of killing the program.
fn cramped(cli: &Cli, arguments: &[&str], limit: &str) -> Command {
    let plain = cli.command(arguments);
    let mut shell = Command::new("/bin/sh");
    let script = format!("trap '' XFSZ; ulimit -S -f {limit}; exec \"$0\" \"$@\"");
    shell
        .arg("-c")
        .arg(script)
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear();
    shell.envs(
        plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    shell.stdin(std::process::Stdio::null());
    shell
}

fn run_cramped(cli: &Cli, arguments: &[&str], blocks: u32) -> Ran {
    let Output {
        status,
        stdout,
        stderr,
    } = bounded_output(&mut cramped(cli, arguments, &blocks.to_string()));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: status.code(),
        stdout: text(stdout),
        stderr: text(stderr),
    }
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const INIT: [&str; 4] = ["init", "--non-interactive", "--listen", "127.0.0.1:0"];

#[test]
fn init_makes_all_or_nothing() {
    let cli = Cli::new();
    let mut failed = 0;
    for blocks in [
        0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 320, 384, 448, 480, 496, 512, 4096,
    ] {
        let ran = run_cramped(&cli, &INIT, blocks);
        if ran.code == Some(0) {
            break;
        }
        failed += 1;
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(1), ""),
            "{blocks}: {}",
            ran.stderr
        );
        assert!(
            ran.stderr.starts_with("Error: "),
            "{blocks}: {}",
            ran.stderr
        );
        assert!(
            !cli.data_dir().exists(),
            "{blocks}: {:?}",
            names(&cli.data_dir())
        );
    }
    assert!(failed > 5, "the limits came too late");
    let home = Home { cli };
    assert_eq!(home.start(&[]).stop().status.code(), Some(0));
}

#[test]
fn init_on_a_small_or_read_only_disk_leaves_it_empty() {
    let home = Home { cli: Cli::new() };
    let Some(disk) = Tmpfs::mount(&home.cli.data_dir(), "size=4k,mode=0700") else {
        return;
    };
    for kib in [4, 8, 16, 64, 128, 192, 256, 320, 384, 4096] {
        disk.remount(&format!("size={kib}k"));
        let ran = home.cli.run(&INIT);
        if ran.code == Some(0) {
            assert!(kib > 128);
            break;
        }
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(1), ""),
            "{kib}: {}",
            ran.stderr
        );
        assert_eq!(
            names(&home.cli.data_dir()),
            [""; 0],
            "{kib}: {}",
            ran.stderr
        );
    }
    assert_eq!(home.start(&[]).stop().status.code(), Some(0));

    disk.remount("ro");
    let before = names(&home.cli.data_dir());
    let said = home.refused(&[&INIT[..], &["--force"]].concat());
    assert!(said.contains("Read-only file system"), "{said}");
    let said = home.refused(&["run"]);
    assert!(
        said.contains("Read-only file system") || said.contains("readonly"),
        "{said}"
    );
    assert_eq!(names(&home.cli.data_dir()), before);
}

/// What a killed `init` leaves is made whole by the next one.
#[test]
fn init_goes_on_where_a_killed_one_stopped() {
    let home = Home::new();
    home.database()
        .execute("DELETE FROM signing_keys", [])
        .unwrap();
    let said = home.refused(&["run"]);
    assert!(said.contains("run `waiaas init`"), "{said}");
    let said = home.ok(&INIT);
    assert!(said.starts_with("Made in [dir]/data: "), "{said}");
    assert_eq!(home.count("SELECT count(*) FROM signing_keys"), 1);
    assert!(home.ok(&INIT).contains("is ready already"));
    assert_eq!(home.start(&[]).stop().status.code(), Some(0));
}

/// A database without its master key came from somewhere: a new key would open nothing in it.
#[test]
fn init_makes_no_new_master_key_for_an_old_database() {
    let home = Home::new();
    let kept = home.cli.dir.path().join("kept.key");
    fs::rename(home.file("master.key"), &kept).unwrap();
    let said = home.refused(&INIT);
    assert!(
        said.contains("master.key") && said.contains("restore the key"),
        "{said}"
    );
    assert!(!home.file("master.key").exists());
    let said = home.refused(&["run"]);
    assert!(said.contains("master.key does not exist"), "{said}");
    fs::rename(&kept, home.file("master.key")).unwrap();
    assert_eq!(home.start(&[]).stop().status.code(), Some(0));
}

#[test]
fn a_backup_is_whole_or_absent() {
    let (home, daemon) = Home::with_trader();
    let folder = home.cli.dir.path().join("backups");
    fs::create_dir(&folder).unwrap();
    let target = folder.join("copy.db");
    let backup = ["db", "backup", target.to_str().unwrap()];
    for blocks in [0, 1, 64, 256] {
        let ran = run_cramped(&home.cli, &backup, blocks);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(1), ""),
            "{blocks}: {}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains("could not be copied"),
            "{blocks}: {}",
            ran.stderr
        );
        assert_eq!(names(&folder), [""; 0], "{blocks}");
    }
    if let Some(disk) = Tmpfs::mount(&folder, "size=64k") {
        let said = home.refused(&backup);
        assert!(
            said.contains("could not be copied") && said.contains("full"),
            "{said}"
        );
        disk.remount("size=4m,ro");
        let said = home.refused(&backup);
        assert!(said.contains("Read-only file system"), "{said}");
        disk.remount("rw");
        assert_eq!(names(&folder), [""; 0]);
        home.ok(&backup);
    }
    assert_eq!(daemon.stop().status.code(), Some(0));
}

/// The data directory takes no file any more; the database stands elsewhere.
#[test]
fn a_token_file_that_finds_no_room_leaves_the_old_one() {
    let place = tempfile::TempDir::new().unwrap();
    let url = format!("sqlite://{}", place.path().join("waiaas.db").display());
    let cli = Cli::new().env("WAIAAS_DATABASE__URL", &url);
    let disk = Tmpfs::mount(&cli.data_dir(), "size=1m,mode=0700");
    let home = Home::with(cli);
    let daemon = home.start(&[]);
    home.add_wallet("hot", super::home::EVM);
    home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
    let create = ["session", "create", "--agent", "trader", "--to-token-file"];
    home.ok(&create);
    let token = fs::read_to_string(home.file("mcp-token")).unwrap();
    match &disk {
        Some(disk) => disk.fill(),
        None => set_mode(&home.cli.data_dir(), 0o500),
    }
    let before = names(&home.cli.data_dir());
    let said = home.refused(&create);
    assert!(said.contains("TOKEN_FILE_UNWRITABLE"), "{said}");
    let listed = home.json(&["session", "list", "--state", "all"]);
    assert_eq!(listed["sessions"][0]["state"], "REVOKED");
    assert_eq!(listed["sessions"][0]["revokeReason"], "handover_failed");
    assert_eq!(listed["sessions"][1]["state"], "ACTIVE");
    assert_eq!(fs::read_to_string(home.file("mcp-token")).unwrap(), token);
    assert_eq!(daemon.who_am_i(&token), 200);
    assert_eq!(
        names(&home.cli.data_dir()),
        before,
        "no temporary file stays"
    );
    match &disk {
        Some(disk) => disk.make_room(),
        None => set_mode(&home.cli.data_dir(), 0o700),
    }
    home.ok(&create);
    assert_eq!(daemon.who_am_i(&token), 401);
    assert_eq!(daemon.stop().status.code(), Some(0));
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Lets every further write of a daemon fail, or none.
fn limit_writes(daemon: &Daemon, limit: bool) {
    let current = limit.then_some(0);
    prlimit(
        Some(daemon.pid()),
        Resource::Fsize,
        Rlimit {
            current,
            maximum: None,
        },
    )
    .unwrap();
}

/// Half of the token's time seems to have passed, so that it may be renewed.
fn age(home: &Home) {
    let sql = "UPDATE sessions SET created_at = created_at - 43201";
    assert_eq!(home.database().execute(sql, []).unwrap(), 1);
}

/// Runs into the full disk, and comes back when there is room.
fn survives(home: &Home, daemon: Daemon, fill: impl Fn(&Daemon), make_room: impl Fn(&Daemon)) {
    home.add_wallet("hot", super::home::EVM);
    home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
    let (id, token) = home.create_session(&[]);
    age(home);
    let (_, unused) = home.create_session(&[]);
    assert_eq!(daemon.who_am_i(&token), 200);
    fill(&daemon);
    // The log may still have room for a little.
    let said = (0..50).find_map(|n| {
        let ran = home.cli.run(&["agent", "add", &format!("filler {n}")]);
        (ran.code != Some(0)).then_some(ran.stderr)
    });
    let said = said.unwrap();
    assert!(
        said.contains("STORAGE_UNAVAILABLE"),
        "{said}\n{}",
        daemon.log()
    );
    let rows = || {
        [
            "agents",
            "sessions",
            "session_wallets",
            "audit_log",
            "notification_outbox",
        ]
        .map(|table| home.count(&format!("SELECT count(*) FROM {table}")))
    };
    let before = rows();
    let said = home.refused(&["session", "create", "--agent", "trader"]);
    assert!(said.contains("STORAGE_UNAVAILABLE"), "{said}");
    let said = home.refused(&["session", "revoke", &id]);
    assert!(said.contains("STORAGE_UNAVAILABLE"), "{said}");
    let renew = || http::renew(daemon.addr, &id, &token, "0123456789abcdef");
    for _ in 0..2 {
        let answer = renew();
        assert_eq!(answer.status, 503, "{}\n{}", answer.body, daemon.log());
        assert_eq!(answer.body["code"], "STORAGE_UNAVAILABLE");
        assert_eq!(answer.body["retryable"], true);
        assert!(answer.head.contains("retry-after: "), "{}", answer.head);
    }
    assert_eq!(http::get(daemon.addr, "/health", None).status, 200);
    assert_eq!(
        daemon.who_am_i(&token),
        200,
        "what only reads goes on\n{}",
        daemon.log()
    );
    assert_eq!(
        daemon.who_am_i(&unused),
        503,
        "a first use must be on record"
    );
    assert_eq!(rows(), before);

    make_room(&daemon);
    let answer = renew();
    assert_eq!(answer.status, 200, "{}\n{}", answer.body, daemon.log());
    let again = renew();
    assert_eq!(
        (again.status, &again.body["token"]),
        (200, &answer.body["token"])
    );
    assert!(
        again.head.contains("idempotent-replayed: true"),
        "{}",
        again.head
    );
    assert_eq!(home.json(&["session", "show", &id])["renewalCount"], 1);
    assert_eq!(daemon.who_am_i(&unused), 200);
    home.create_session(&[]);
    home.ok(&["session", "revoke", &id]);
    assert!(home.ok(&["audit", "verify"]).contains("is intact"));
    assert_eq!(daemon.stop().status.code(), Some(0));
    assert_eq!(home.start(&[]).stop().status.code(), Some(0));
    let checked: String = home
        .database()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(checked, "ok");
}

#[test]
fn a_daemon_whose_writes_fail_says_so_and_heals() {
    let home = Home::new();
    let daemon = Daemon::spawn(cramped(&home.cli, &["run"], "unlimited"));
    survives(
        &home,
        daemon,
        |daemon| limit_writes(daemon, true),
        |daemon| limit_writes(daemon, false),
    );
}

#[test]
fn a_daemon_on_a_full_disk_says_so_and_heals() {
    let cli = Cli::new();
    let Some(disk) = Tmpfs::mount(&cli.data_dir(), "size=8m,mode=0700") else {
        return;
    };
    let home = Home::with(cli);
    let daemon = home.start(&[]);
    survives(&home, daemon, |_| disk.fill(), |_| disk.make_room());

    disk.fill();
    let said = home.refused(&["run"]);
    assert!(
        said.contains("waiaas.db") && said.contains("disk I/O error"),
        "{said}"
    );
    assert!(!home.file("admin.sock").exists());
    disk.make_room();
    assert_eq!(home.start(&[]).stop().status.code(), Some(0));
}
