//! The little of the WebDriver protocol that the test needs, over ChromeDriver.

use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// How long anything on the page may take.
const WAIT_S_MAX: u64 = 20;
const LOOK_AGAIN_MS: u64 = 50;
/// The name under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// As wide as the page needs for its note to stand beside the chat.
const WINDOW: &str = "--window-size=1040,900";
/// Nothing may be asked of the network but the page.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en",
];

/// ChromeDriver with one browser.
pub(super) struct Browser {
    driver: Child,
    session: Page,
    _profile: TempDir,
}

/// The browser's page.
#[derive(Clone)]
pub(super) struct Page {
    http: reqwest::Client,
    base: String,
}

#[allow(clippy::disallowed_methods, reason = ".ci/run says what it found")]
fn program(variable: &str, default: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| default.to_owned())
}

impl Browser {
    /// Starts both; panics with what was said when one of them is missing.
    pub(super) async fn start() -> Self {
        let name = program("CHROMEDRIVER", "chromedriver");
        let mut driver = Command::new(&name)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let port = port_of(&mut driver).await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let profile = TempDir::new().unwrap();
        let mut flags: Vec<String> = FLAGS.iter().map(|&flag| flag.to_owned()).collect();
        flags.extend([
            WINDOW.to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ]);
        let options = json!({ "binary": program("CHROMIUM", "/usr/bin/chromium"), "args": flags });
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options } } });
        let door = Page {
            http,
            base: format!("http://127.0.0.1:{port}"),
        };
        let started = door.ask(Method::POST, "/session", Some(wanted)).await;
        let started = started.unwrap_or_else(|problem| panic!("no browser: {problem}"));
        let id = started["sessionId"].as_str().unwrap();
        let session = Page {
            base: format!("{}/session/{id}", door.base),
            ..door
        };
        Self {
            driver,
            session,
            _profile: profile,
        }
    }

    pub(super) async fn open(&self, url: &str) -> Page {
        let asked = self
            .session
            .ask(Method::POST, "/url", Some(json!({ "url": url })))
            .await;
        asked.unwrap_or_else(|problem| panic!("{url} does not open: {problem}"));
        self.session.clone()
    }

    pub(super) async fn stop(mut self) {
        // The browser may have died of what the test is about to report.
        let _ = self.session.ask(Method::DELETE, "", None).await;
        let _ = self.driver.kill().await;
    }
}

async fn port_of(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let mut said = String::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.rsplit_once("successfully on port ") {
            return port.trim_end_matches('.').parse().unwrap();
        }
        said.push_str(&line);
    }
    panic!("ChromeDriver named no port: {said}")
}

impl Page {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|error| format!("{error:?}"))?;
        let good = response.status().is_success();
        let mut answer: Value = response.json().await.map_err(|error| error.to_string())?;
        let value = answer["value"].take();
        if good {
            Ok(value)
        } else {
            Err(value["message"].to_string())
        }
    }

    async fn elements(&self, css: &str) -> Result<Vec<String>, String> {
        let wanted = json!({ "using": "css selector", "value": css });
        let found = self.ask(Method::POST, "/elements", Some(wanted)).await?;
        let found = found.as_array().cloned().unwrap_or_default();
        Ok(found
            .iter()
            .filter_map(|e| e[ELEMENT].as_str().map(str::to_owned))
            .collect())
    }

    pub(super) async fn count(&self, css: &str) -> Result<usize, String> {
        Ok(self.elements(css).await?.len())
    }

    /// The last element that fits, once there is one: newer messages stand lower.
    pub(super) async fn wait_for(&self, css: &str) -> Result<String, String> {
        let end = Instant::now() + Duration::from_secs(WAIT_S_MAX);
        loop {
            if let Some(element) = self.elements(css).await?.pop() {
                return Ok(element);
            }
            if Instant::now() >= end {
                return Err(format!("there is no {css}"));
            }
            tokio::time::sleep(Duration::from_millis(LOOK_AGAIN_MS)).await;
        }
    }

    /// The text of an element that contains this, once there is one.
    pub(super) async fn wait_for_text(&self, css: &str, part: &str) -> Result<String, String> {
        let end = Instant::now() + Duration::from_secs(WAIT_S_MAX);
        loop {
            for element in self.elements(css).await? {
                // The element may have been replaced between the two questions.
                if let Ok(text) = self.text_of(&element).await
                    && text.contains(part)
                {
                    return Ok(text);
                }
            }
            if Instant::now() >= end {
                return Err(format!("no {css} says {part:?}"));
            }
            tokio::time::sleep(Duration::from_millis(LOOK_AGAIN_MS)).await;
        }
    }

    async fn text_of(&self, element: &str) -> Result<String, String> {
        let text = self
            .ask(Method::GET, &format!("/element/{element}/text"), None)
            .await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    pub(super) async fn text(&self, css: &str) -> Result<String, String> {
        let element = self.wait_for(css).await?;
        self.text_of(&element).await
    }

    pub(super) async fn type_into(&self, css: &str, text: &str) -> Result<(), String> {
        let element = self.wait_for(css).await?;
        let keys = json!({ "text": text });
        self.ask(
            Method::POST,
            &format!("/element/{element}/value"),
            Some(keys),
        )
        .await
        .map(drop)
    }

    /// Clicks as a person does: on what is visible, again if the page moved under the finger.
    pub(super) async fn click(&self, css: &str) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(WAIT_S_MAX);
        loop {
            let element = self.wait_for(css).await?;
            let path = format!("/element/{element}/click");
            match self.ask(Method::POST, &path, Some(json!({}))).await {
                Ok(_) => return Ok(()),
                Err(problem) if Instant::now() >= end => return Err(problem),
                Err(_) => tokio::time::sleep(Duration::from_millis(LOOK_AGAIN_MS)).await,
            }
        }
    }

    /// The visible page as PNG.
    pub(super) async fn screenshot(&self) -> Vec<u8> {
        use base64::Engine as _;
        let picture = self
            .ask(Method::GET, "/screenshot", None)
            .await
            .unwrap_or_default();
        let picture = picture.as_str().unwrap_or_default();
        base64::engine::general_purpose::STANDARD
            .decode(picture)
            .unwrap_or_default()
    }
}
