//! The data directory and the files in it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use super::super::home::{Home, skipped};
use super::{Examined, examine, without_bot};
use crate::cli::Cli;

const NOBODY_UID: u32 = 65_534;

pub(super) fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// That everything behind the data directory was left out.
fn nothing_else_was_checked(examined: &Examined) {
    let left_out = |check| examined.note(check, "not checked: ");
    for check in [
        "files",
        "configuration",
        "database",
        "daemon",
        "clock",
        "clients",
        "telegram",
    ] {
        left_out(check);
    }
}

#[test]
fn the_directory_is_named_with_its_reason() {
    let (home, _daemon) = without_bot();
    let first = |examined: Examined| examined.findings[0].what.clone();
    assert!(first(examine(&home)).starts_with("[dir]/data, given by WAIAAS_DATA_DIR"));
    let flag = home.cli.data_dir().display().to_string();
    let examined = super::examine_with(&home, &["--data-dir", &flag]);
    assert!(first(examined).starts_with("[dir]/data, given by --data-dir"));

    let cli = Cli::new().env("WAIAAS_DATA_DIR", "");
    let default = first(examine(&Home { cli }));
    assert!(
        default.starts_with("[dir]/.waiaas, the default"),
        "{default}"
    );
    let cli = Cli::new()
        .env("WAIAAS_DATA_DIR", "")
        .env("XDG_DATA_HOME", "/nowhere");
    let xdg = first(examine(&Home { cli }));
    assert!(
        xdg.starts_with("/nowhere/waiaas, below XDG_DATA_HOME"),
        "{xdg}"
    );
}

#[test]
fn a_mend_names_the_directory_as_the_person_did() {
    let cli = Cli::new().env("WAIAAS_DATA_DIR", "");
    let dir = cli.dir.path().join("it's here").display().to_string();
    let ran = cli.run(&["--data-dir", &dir, "doctor"]);
    let mend = r"mend: waiaas --data-dir '[dir]/it'\''s here' init";
    assert!(ran.stdout.contains(mend), "{}", ran.stdout);
}

#[test]
fn others_may_neither_look_into_the_directory_nor_write_to_it() {
    let (home, _daemon) = without_bot();
    allow(&home.cli.data_dir(), 0o750);
    let finding = examine(&home).only("data_directory", "warning");
    assert!(finding.what.contains("mode 0750"), "{finding:?}");
    assert_eq!(finding.mend, "chmod 700 [dir]/data");
    allow(&home.cli.data_dir(), 0o770);
    let finding = examine(&home).only("data_directory", "serious");
    assert_eq!(finding.mend, "chmod 700 [dir]/data");
    allow(&home.cli.data_dir(), 0o500);
    // Who is root gets in all the same; the daemon's user may not be.
    let examined = examine(&home);
    let faults = examined.faults();
    assert!(faults[0].is("data_directory", "serious"), "{faults:?}");
    assert_eq!(faults[0].mend, "chmod 700 [dir]/data");
    allow(&home.cli.data_dir(), 0o700);
    assert!(examine(&home).faults().is_empty());
}

#[test]
fn a_directory_that_no_daemon_would_use_ends_the_examination() {
    let home = Home::new();
    let elsewhere = home.cli.dir.path().join("elsewhere");
    fs::rename(home.cli.data_dir(), &elsewhere).unwrap();
    symlink(&elsewhere, home.cli.data_dir()).unwrap();
    let examined = examine(&home);
    let finding = examined.only("data_directory", "serious");
    assert_eq!(finding.mend, "waiaas --data-dir [dir]/elsewhere doctor");
    nothing_else_was_checked(&examined);

    fs::remove_file(home.cli.data_dir()).unwrap();
    fs::write(home.cli.data_dir(), "").unwrap();
    let examined = examine(&home);
    let finding = examined.only("data_directory", "serious");
    assert!(finding.what.contains("is not a directory"), "{finding:?}");
    nothing_else_was_checked(&examined);
    fs::remove_file(home.cli.data_dir()).unwrap();
    fs::rename(&elsewhere, home.cli.data_dir()).unwrap();

    if !rustix::process::geteuid().is_root() {
        skipped("only root can give a directory away");
        return;
    }
    chown(home.cli.data_dir(), Some(NOBODY_UID), None).unwrap();
    let examined = examine(&home);
    let finding = examined.only("data_directory", "serious");
    assert_eq!(
        finding.mend,
        "sudo -u '#65534' waiaas --data-dir [dir]/data doctor"
    );
    nothing_else_was_checked(&examined);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_runs_full_or_read_only() {
    use super::super::disk::Tmpfs;

    let cli = Cli::new();
    let Some(disk) = Tmpfs::mount(&cli.data_dir(), "size=24m,mode=700") else {
        return;
    };
    let home = Home::with(cli);
    let daemon = home.start(&[]);
    let finding = examine(&home).only("data_directory", "warning");
    assert_eq!(finding.mend, "df -h [dir]/data");
    disk.fill();
    let finding = examine(&home).only("data_directory", "serious");
    assert!(finding.what.contains("the next renewal"), "{finding:?}");
    drop(daemon);
    disk.remount("ro");
    let examined = examine(&home);
    let faults = examined.faults();
    assert!(faults[0].what.contains("read-only"), "{faults:?}");
    assert_eq!(faults[0].mend, "findmnt --target [dir]/data");
    disk.remount("rw");
}

/// A file, the mode that breaks it, and how bad that is.
const OPEN: [(&str, u32, &str); 7] = [
    ("master.key", 0o640, "serious"),
    ("audit.anchor", 0o644, "warning"),
    ("audit.anchor", 0o622, "serious"),
    ("config.toml", 0o644, "warning"),
    ("config.toml", 0o602, "serious"),
    ("waiaas.db", 0o644, "warning"),
    ("waiaas.db-wal", 0o660, "serious"),
];

#[test]
fn every_file_is_closed_to_others() {
    let (home, _daemon) = without_bot();
    for (name, mode, severity) in OPEN {
        allow(&home.file(name), mode);
        let finding = examine(&home).only("files", severity);
        assert!(
            finding.what.starts_with(&format!("[dir]/data/{name} ")),
            "{finding:?}"
        );
        assert_eq!(finding.mend, format!("chmod 600 [dir]/data/{name}"));
        allow(&home.file(name), 0o600);
    }
    allow(&home.file("admin.sock"), 0o666);
    let finding = examine(&home).only("files", "warning");
    assert_eq!(finding.mend, "chmod 600 [dir]/data/admin.sock");
    allow(&home.file("admin.sock"), 0o600);
    allow(&home.file("waiaas.db"), 0o400);
    let finding = examine(&home).only("files", "serious");
    assert!(finding.what.contains("mode 0400"), "{finding:?}");
    allow(&home.file("waiaas.db"), 0o600);
    assert!(examine(&home).faults().is_empty());
}

#[test]
fn an_old_configuration_may_hold_a_secret_too() {
    let (home, _daemon) = without_bot();
    let old = home.file("config.toml.1770546385.bak");
    fs::write(&old, "[telegram]\nbot_token = \"12:x\"\n").unwrap();
    allow(&old, 0o644);
    let finding = examine(&home).only("files", "serious");
    assert_eq!(
        finding.mend,
        "chmod 600 [dir]/data/config.toml.1770546385.bak"
    );
}

#[test]
fn files_that_are_another_user_s() {
    if !rustix::process::geteuid().is_root() {
        skipped("only root can give a file away");
        return;
    }
    let (home, _daemon) = without_bot();
    for name in ["master.key", "config.toml", "audit.anchor", "admin.sock"] {
        chown(home.file(name), Some(NOBODY_UID), None).unwrap();
        let finding = examine(&home).only("files", "serious");
        assert!(
            finding.what.ends_with("belongs to user 65534"),
            "{finding:?}"
        );
        let mend = format!("sudo chown \"$(id -u)\" [dir]/data/{name}");
        assert_eq!(finding.mend, mend);
        chown(home.file(name), Some(0), None).unwrap();
    }
}

#[test]
fn links_and_things_that_are_no_files() {
    let (home, daemon) = without_bot();
    assert!(daemon.stop().status.success());
    let away = home.file("away.db");
    fs::rename(home.file("waiaas.db"), &away).unwrap();
    symlink(&away, home.file("waiaas.db")).unwrap();
    let daemon = home.start(&[]);
    examine(&home).only("files", "warning");
    // Secrets may be mounted through a link.
    let key = home.file("key-elsewhere");
    fs::rename(home.file("master.key"), &key).unwrap();
    symlink(&key, home.file("master.key")).unwrap();
    examine(&home).only("files", "warning");
    allow(&key, 0o644);
    assert!(
        examine(&home)
            .faults()
            .iter()
            .any(|one| one.is("files", "serious"))
    );
    drop(daemon);

    let home = Home::new();
    fs::write(home.file("admin.sock"), "").unwrap();
    let examined = examine(&home);
    let faults = examined.faults();
    assert!(faults[0].is("files", "serious"), "{faults:?}");
    assert_eq!(
        faults[0].mend,
        "mv [dir]/data/admin.sock [dir]/data/admin.sock.old"
    );
}

/// What a daemon that was killed has left in the log beside the real file moves with it.
#[test]
fn a_linked_database_comes_back_with_its_log() {
    let (home, daemon) = without_bot();
    daemon.signal(rustix::process::Signal::KILL);
    daemon.wait();
    for end in ["", "-wal", "-shm"] {
        let (from, to) = (format!("waiaas.db{end}"), format!("away.db{end}"));
        fs::rename(home.file(&from), home.file(&to)).unwrap();
    }
    let away = home.file("away.db");
    symlink(&away, home.file("waiaas.db")).unwrap();
    assert!(fs::metadata(home.file("away.db-wal")).unwrap().len() > 0);
    allow(&home.file("away.db-wal"), 0o660);
    let examined = examine(&home);
    let faults = examined.faults();
    let log = faults
        .iter()
        .find(|one| one.what.starts_with("[dir]/data/away.db-wal "));
    assert_eq!(log.unwrap().mend, "chmod 600 [dir]/data/away.db-wal");
    allow(&home.file("away.db-wal"), 0o600);

    let link = faults
        .iter()
        .find(|one| one.what.contains("symbolic link"))
        .unwrap();
    let (when, command) = link.mend.split_once(": ").unwrap();
    assert_eq!(when, "while the daemon is stopped");
    let dir = home.cli.dir.path().display().to_string();
    let ran = std::process::Command::new("sh")
        .args(["-ec", &command.replace("[dir]", &dir)])
        .status();
    assert!(ran.unwrap().success(), "{command}");
    assert!(
        fs::symlink_metadata(home.file("waiaas.db"))
            .unwrap()
            .is_file()
    );
    for end in ["", "-wal", "-shm"] {
        assert!(!home.file(&format!("away.db{end}")).exists(), "{end}");
    }
    assert_eq!(home.count("SELECT count(*) FROM agents"), 1);
    assert_eq!(home.count("SELECT count(*) FROM sessions"), 1);

    fs::rename(home.file("waiaas.db"), home.file("gone.db")).unwrap();
    symlink(home.file("nowhere"), home.file("waiaas.db")).unwrap();
    let examined = examine(&home);
    let link = examined.faults()[0].clone();
    assert!(link.mend.starts_with("put your newest backup"), "{link:?}");
}

#[test]
fn files_that_are_missing_or_wrong() {
    // Without a file the daemon would be looked for at its default address.
    let home = Home::with(Cli::new().env("WAIAAS_HTTP__LISTEN", "127.0.0.1:0"));
    let _daemon = home.start(&[]);
    let config = fs::read(home.file("config.toml")).unwrap();
    fs::remove_file(home.file("config.toml")).unwrap();
    let finding = examine(&home).only("files", "warning");
    assert_eq!(finding.mend, "waiaas init");
    fs::write(home.file("config.toml"), config).unwrap();
    allow(&home.file("config.toml"), 0o600);

    fs::write(home.file("master.key"), "not a key").unwrap();
    let finding = examine(&home).only("files", "serious");
    assert!(
        finding.what.contains("64 hexadecimal digits"),
        "{finding:?}"
    );
    fs::remove_file(home.file("master.key")).unwrap();
    let finding = examine(&home).only("files", "serious");
    assert!(finding.what.contains("is missing"), "{finding:?}");
    assert!(
        finding.mend.contains("where you keep its copy"),
        "{finding:?}"
    );
}

#[test]
fn every_fault_of_the_configuration_has_its_line() {
    let (home, daemon) = without_bot();
    let text = "[http]\nlistn = \"127.0.0.1:1\"\nrequest_timeout_s = 0\n";
    fs::write(home.file("config.toml"), text).unwrap();
    let examined = examine(&home);
    let faults = examined.faults();
    assert_eq!(faults.len(), 2, "{faults:?}");
    for (fault, line) in faults.iter().zip([2, 3]) {
        assert!(fault.is("configuration", "serious"), "{fault:?}");
        let place = format!("[dir]/data/config.toml:{line}: ");
        assert!(fault.what.starts_with(&place), "{fault:?}");
        assert_eq!(
            fault.mend,
            format!("${{EDITOR:-vi}} +{line} [dir]/data/config.toml && waiaas config check")
        );
    }
    examined.note("telegram", "not checked: the configuration");
    drop(daemon);

    let home = Home::with(Cli::new());
    let cli = home.cli.env("WAIAAS_HTTP__LISTN", "x");
    let examined = examine(&Home { cli });
    let fault = &examined.faults()[0];
    assert!(
        fault.mend.starts_with("unset WAIAAS_HTTP__LISTN"),
        "{fault:?}"
    );
}

#[test]
fn a_bot_token_that_others_can_read_has_its_chmod() {
    let home = Home::new();
    fs::write(home.file("bot-token"), "12:text").unwrap();
    allow(&home.file("bot-token"), 0o644);
    let path = home.file("bot-token").display().to_string();
    let cli = home.cli.env("WAIAAS_TELEGRAM__BOT_TOKEN_FILE", &path);
    let examined = examine(&Home { cli });
    let fault = examined.faults()[0];
    assert!(fault.is("configuration", "serious"), "{fault:?}");
    assert_eq!(fault.mend, "chmod 600 [dir]/data/bot-token");
}

#[test]
fn an_address_that_others_reach_is_remarked() {
    let cli = Cli::new().env("WAIAAS_HTTP__BEHIND_TLS_PROXY", "true");
    let home = Home::with(cli);
    let cli = home.cli.env("WAIAAS_HTTP__LISTEN", "0.0.0.0:0");
    let home = Home { cli };
    let _daemon = home.start(&[]);
    let finding = examine(&home).only("configuration", "warning");
    assert!(finding.what.contains("TLS proxy"), "{finding:?}");
}
