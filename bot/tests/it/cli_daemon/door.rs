//! Who may come through the owner's door, and what others can see of the data directory.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::home::{Home, skipped};

const NOBODY_UID: &str = "65534";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn everything_in_the_data_directory_is_the_owner_s_alone() {
    let (home, daemon) = Home::with_trader();
    home.ok(&["session", "create", "--agent", "trader", "--to-token-file"]);
    assert_eq!(mode(&home.cli.data_dir()), 0o700);
    assert_eq!(mode(&home.file("admin.sock")), 0o600);
    let look = || {
        for entry in fs::read_dir(home.cli.data_dir()).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
        }
    };
    look();
    assert!(daemon.stop().status.success());
    look();
}

#[test]
fn a_directory_that_others_can_read_is_remarked_and_one_they_can_write_is_refused() {
    let home = Home::new();
    allow(&home.cli.data_dir(), 0o755);
    let daemon = home.start(&[]);
    assert!(daemon.log().contains("chmod 700"), "{}", daemon.log());
    assert_eq!(mode(&home.file("admin.sock")), 0o600);
    assert!(daemon.stop().status.success());
    allow(&home.cli.data_dir(), 0o777);
    let said = home.refused(&["run"]);
    assert!(said.contains("chmod 700"), "{said}");
}

#[test]
fn another_user_is_turned_away() {
    let (home, _daemon) = Home::running();
    if !rustix::process::geteuid().is_root() {
        skipped("only root can run a command as another user");
        return;
    }
    // The binary may stand where that user cannot go.
    let copy = home.cli.dir.path().join("waiaas");
    fs::copy(env!("CARGO_BIN_EXE_waiaas"), &copy).unwrap();
    allow(&copy, 0o755);
    allow(home.cli.dir.path(), 0o755);
    let as_nobody = || {
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid",
            NOBODY_UID,
            "--regid",
            NOBODY_UID,
            "--clear-groups",
        ]);
        command.arg(&copy).arg("status").env_clear();
        command
            .env("PATH", "/usr/bin:/bin")
            .env("WAIAAS_DATA_DIR", home.cli.data_dir());
        command.output()
    };
    let Ok(output) = as_nobody() else {
        skipped("there is no setpriv here");
        return;
    };
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("This user may not use the admin socket"),
        "{said}"
    );
    assert!(
        said.contains("Hint: Run the command as the user that runs the daemon"),
        "{said}"
    );

    // Even with every mode wrong the kernel tells who is calling.
    allow(&home.cli.data_dir(), 0o755);
    allow(&home.file("admin.sock"), 0o666);
    let output = as_nobody().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.len()),
        (Some(1), 0),
        "{said}"
    );
    assert!(said.contains("ADMIN_ACCESS_DENIED"), "{said}");
}
