//! The chat page in a real browser, as a visitor uses it: type, tap, read, look at the disk,
//! and wait for the alert of a renewal.
//!
//! Needs Chromium and ChromeDriver; `.ci/run` installs both and runs this test.
//! `UPDATE_PICTURE=1` keeps the picture for the README.

mod webdriver;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::program::Demo;
use webdriver::{Browser, Page};

const COMPOSER: &str = "[data-testid=composer]";
const SEND: &str = "[data-testid=send]";
/// The note's first command to try.
const NEW_SESSION: &str = "[data-testid=note] p:first-child [data-testid=try]";
const FIELD: &str = "[data-testid=note-field]";
const HAND_OVER: &str = "[data-testid=note-send]";

fn button(label: &str) -> String {
    format!("[data-testid=button][data-text='{label}']")
}

#[tokio::test]
#[ignore = "needs Chromium and ChromeDriver; .ci/run installs them and runs this test"]
async fn a_session_is_issued_on_the_chat_page() {
    // The program is on the path, as for a visitor who has installed it.
    let program = Path::new(env!("CARGO_BIN_EXE_waiaas")).parent().unwrap();
    let demo = Demo::new().env("PATH", &program.display().to_string());
    let mut demo = demo.start(&["--no-browser"]);
    let address = demo.page();
    let browser = Browser::start().await;
    let page = browser.open(&address).await;
    let mut outcome = visit(&page, demo.temporary()).await;
    let picture = page.screenshot().await;
    if outcome.is_ok() {
        outcome = claim_elsewhere(&page).await;
    }
    if outcome.is_ok() {
        outcome = page.wait_for(&button("Reject")).await.map(drop);
    }
    let shown = page.text("body").await;
    browser.stop().await;
    let ran = demo.interrupt();
    keep_picture(&picture, outcome.is_ok());
    if let Err(problem) = outcome {
        panic!("{problem}\nthe page shows:\n{}", shown.unwrap_or_default());
    }
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

/// `/newsession`, the agent, Create, the confirmation; then the file and the agent at work.
async fn visit(page: &Page, temporary: &Path) -> Result<(), String> {
    page.wait_for("[data-testid=message][data-from=bot]")
        .await?;
    // A command of the note is typed, not sent: that is the visitor's doing.
    page.click(NEW_SESSION).await?;
    page.click(SEND).await?;
    page.click(&button("trader")).await?;
    page.click(&button("Create")).await?;
    let confirmation = page
        .wait_for_text("[data-testid=message]", "Token file:")
        .await?;
    let path = confirmation
        .lines()
        .find_map(|line| line.strip_prefix("Token file: "));
    let path = PathBuf::from(
        path.ok_or_else(|| format!("no path in:\n{confirmation}"))?
            .trim(),
    );
    check_token_file(&path, temporary)?;
    page.wait_for_text("[data-testid=note]", "trader works with session")
        .await?;
    page.wait_for_text("[data-testid=note]", "mode 0600")
        .await?;
    let leftover = page.count(&button("Create")).await?;
    (leftover == 0)
        .then_some(())
        .ok_or_else(|| "Create can still be tapped".to_owned())
}

/// A code for the agent on the other machine, carried over by the note's field; and once more.
async fn claim_elsewhere(page: &Page) -> Result<(), String> {
    page.type_into(COMPOSER, "/newsession").await?;
    page.click(SEND).await?;
    page.click(&button("scout")).await?;
    page.click(&button("For another machine")).await?;
    let shown = page.wait_for_text("[data-testid=message]", "Code:").await?;
    let code = shown.lines().find_map(|line| line.strip_prefix("Code: "));
    let code = code.ok_or_else(|| format!("no code in:\n{shown}"))?;
    page.type_into(FIELD, code.trim()).await?;
    page.click(HAND_OVER).await?;
    page.wait_for_text("[data-testid=note]", "scout works with session")
        .await?;
    page.wait_for_text("[data-testid=note]", "Hand the same code over again")
        .await?;
    page.click(HAND_OVER).await?;
    page.wait_for_text("[data-testid=note]", "CLAIM_INVALID")
        .await?;
    page.wait_for_text("[data-testid=message]", "was tried a second time")
        .await
        .map(drop)
}

fn check_token_file(path: &Path, temporary: &Path) -> Result<(), String> {
    if !path.starts_with(temporary) {
        return Err(format!(
            "{} is not in the demo's data directory",
            path.display()
        ));
    }
    let metadata = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode != 0o600 {
        return Err(format!("{} has mode {mode:04o}", path.display()));
    }
    let token = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let form = token.starts_with("wai_sess_") && token.matches('.').count() == 2;
    form.then_some(())
        .ok_or_else(|| format!("{} holds no token", path.display()))
}

/// The README's picture on request; otherwise one to look at after a failure.
#[allow(
    clippy::disallowed_methods,
    reason = "a request of whoever runs the test"
)]
fn keep_picture(png: &[u8], good: bool) {
    let wanted = std::env::var_os("UPDATE_PICTURE").is_some_and(|value| value == "1");
    let place = if wanted && good {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/chat.png")
    } else {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("chat.png")
    };
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(&place, png).unwrap();
}
