//! Opens the chat page where there is a browser to open it in. Never an error: the address is
//! printed in any case.

use std::process::Stdio;

use tokio::process::Command;

const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

/// Asks the desktop to open a page, and does not wait for it. Says whether it was asked.
pub(super) fn open(url: &str) -> bool {
    let started = Command::new(OPENER)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = started else { return false };
    // Waited for somewhere, so that no dead process is left behind.
    tokio::spawn(async move { child.wait().await });
    true
}
