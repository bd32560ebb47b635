//! Keepers in processes of their own: this test binary started anew with one ignored test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const DIR: &str = "WAIAAS_TEST_KEEPER_DIR";
const URL: &str = "WAIAAS_TEST_KEEPER_URL";
const MORE: &str = "WAIAAS_TEST_KEEPER_MORE";

/// What a child is told.
pub(super) struct Errand {
    pub(super) data_dir: PathBuf,
    pub(super) url: String,
    /// Whatever this kind of child needs besides.
    pub(super) more: String,
}

/// Starts one ignored test of this binary as another process.
pub(super) fn spawn(test: &str, data_dir: &Path, url: &str, more: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            test,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(DIR, data_dir)
        .env(URL, url)
        .env(MORE, more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// What this process was told; `None` when a person runs all ignored tests.
#[allow(
    clippy::disallowed_methods,
    reason = "a child's errand stands in its environment"
)]
pub(super) fn errand() -> Option<Errand> {
    let variable = |name| std::env::var(name).ok();
    Some(Errand {
        data_dir: variable(DIR)?.into(),
        url: variable(URL)?,
        more: variable(MORE)?,
    })
}
