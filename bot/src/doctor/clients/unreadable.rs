//! A configuration that its client cannot read either: why, and where to begin.

use std::path::Path;

use i18n_embed_fl::fl;

use super::Findings;
use crate::cli::{Texts, shell};
use crate::mcp_clients::{Client, ConfigError, JsonError, Refused};

pub(super) fn say(texts: &Texts, client: Client, error: &ConfigError, findings: &mut Findings) {
    let shown = |path: &Path| path.display().to_string();
    let edit = |path: &Path| format!("${{EDITOR:-vi}} {}", shell::quoted_path(path));
    let (what, mend) = match error {
        ConfigError::Io { path, error } => (
            fl!(
                texts,
                "cli-doctor-file-unreadable",
                file = shown(path),
                cause = error.to_string()
            ),
            format!("ls -l {}", shell::quoted_path(path)),
        ),
        ConfigError::DanglingLink(path) => (
            fl!(texts, "cli-mcp-config-link", file = shown(path)),
            fl!(
                texts,
                "cli-doctor-client-link-mend",
                command = format!("rm {}", shell::quoted_path(path))
            ),
        ),
        ConfigError::NotAFile(path) => (
            fl!(texts, "cli-mcp-config-no-file", file = shown(path)),
            format!("ls -ld {}", shell::quoted_path(path)),
        ),
        ConfigError::TooLarge(path) => (
            fl!(texts, "cli-mcp-config-large", file = shown(path)),
            edit(path),
        ),
        ConfigError::NotText(path) => (
            fl!(texts, "cli-mcp-config-no-text", file = shown(path)),
            edit(path),
        ),
        ConfigError::Busy(path) => (
            fl!(texts, "cli-mcp-config-busy", file = shown(path)),
            edit(path),
        ),
        ConfigError::Refused { path, why } => refused(texts, path, why),
    };
    let what = fl!(
        texts,
        "cli-doctor-client-unreadable",
        client = client.title(),
        what = what
    );
    findings.warning(what, mend);
}

fn refused(texts: &Texts, path: &Path, why: &Refused) -> (String, String) {
    let file = path.display().to_string();
    let word = shell::quoted_path(path);
    match why {
        Refused::Json(
            JsonError::Syntax { line, column, .. } | JsonError::NotAnObject { line, column, .. },
        ) => (
            fl!(
                texts,
                "cli-mcp-config-syntax",
                file = file,
                line = line.to_string(),
                column = column.to_string()
            ),
            format!("${{EDITOR:-vi}} +{line} {word}"),
        ),
        // Nothing is put in here.
        Refused::OtherAgent { .. } | Refused::Foreign => (file, format!("${{EDITOR:-vi}} {word}")),
    }
}
