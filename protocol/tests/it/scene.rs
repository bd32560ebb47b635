//! What the tests share: a fresh data directory and tokens made by hand.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::token::{SessionToken, TOKEN_PREFIX};

/// Names the path that a child process of these tests works on.
pub(crate) const CHILD_PATH_ENV: &str = "WAIAAS_TEST_CHILD_PATH";

pub(crate) struct Scene {
    root: tempfile::TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
        }
    }

    /// A directory made by somebody else, mode 0700.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Does not exist yet.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.root().join("waiaas")
    }

    pub(crate) fn token_path(&self) -> PathBuf {
        self.data_dir().join("mcp-token")
    }

    /// Puts bytes at the token path, as a person with an editor would.
    pub(crate) fn put_token_file(&self, bytes: &[u8], mode: u32) -> PathBuf {
        let path = self.token_path();
        make_dir(&self.data_dir(), 0o700);
        put_file(&path, bytes, mode);
        path
    }
}

pub(crate) fn make_dir(path: &Path, mode: u32) {
    fs::create_dir_all(path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn put_file(path: &Path, bytes: &[u8], mode: u32) {
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn mode_of(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

pub(crate) fn names_in(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A path that belongs to another user: given away by root, or found as root's by others.
pub(crate) fn give_away(ours: &Path, roots: &'static str) -> PathBuf {
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(ours, Some(65_534), Some(65_534)).unwrap();
        ours.to_owned()
    } else {
        PathBuf::from(roots)
    }
}

pub(crate) fn agent(n: u8) -> AgentId {
    AgentId::from_parts(1_770_000_000_000, &[n; 10])
}

pub(crate) fn session(n: u8) -> SessionId {
    SessionId::from_parts(1_770_000_000_000, &[n; 10])
}

/// A token of session `n` of agent `n`, of the given generation.
pub(crate) fn token(n: u8, generation: u64) -> SessionToken {
    token_with(agent(n), session(n), generation, "signature")
}

/// The same with a signature of this length, so that contents of any size can be made.
pub(crate) fn token_with(
    agent: AgentId,
    session: SessionId,
    generation: u64,
    signature: &str,
) -> SessionToken {
    let payload = format!(
        r#"{{"iss":"waiaas","sub":"{session}","sid":"{session}","jti":"{session}","aid":"{agent}","gen":{generation},"iat":10,"exp":20}}"#
    );
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let header = part(r#"{"alg":"HS256","typ":"JWT","kid":"k1"}"#);
    let text = format!(
        "{TOKEN_PREFIX}{header}.{}.{}",
        part(&payload),
        part(signature)
    );
    SessionToken::parse(&text).unwrap()
}

/// Starts one ignored test of this binary as another process.
pub(crate) fn spawn_child(test: &str, path: &Path, more: &[(&str, &str)]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            test,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(CHILD_PATH_ENV, path)
        .envs(more.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The path given to a child process; `None` when a person runs all ignored tests.
pub(crate) fn child_path() -> Option<PathBuf> {
    std::env::var_os(CHILD_PATH_ENV).map(PathBuf::from)
}
