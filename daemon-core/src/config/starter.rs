//! The `config.toml` that `init` writes: every key with its meaning, range and default, all
//! commented out but the ones that were chosen.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::schema::{Fallback, KEYS, Key};
use super::value::{Raw, Value, allowed, check};

const PRIVATE_MODE: u32 = 0o600;

/// The text of the file. `chosen` are pairs of `section.key` and value, written as a person
/// would in the environment; a pair that is no known key or breaks its rule is left out, so
/// load the configuration with the same values as overrides first.
#[must_use]
pub fn starter_text(chosen: &[(&str, String)]) -> String {
    let mut text = String::from(
        "# waiaas configuration. WAIAAS_<SECTION>__<KEY> in the environment goes over it.\n\
         # Lines with # in front show the default.\n",
    );
    for section in KEYS.chunk_by(|a, b| a.section == b.section) {
        text.push_str(&format!("\n[{}]\n", section[0].section));
        for key in section {
            let value = chosen
                .iter()
                .find(|(path, _)| *path == key.path())
                .and_then(|(_, value)| check(key, &Raw::Text(value)).ok());
            text.push_str(&entry(key, value));
        }
    }
    text
}

fn entry(key: &Key, chosen: Option<Value>) -> String {
    let head = format!("# {} Allowed: {}.\n", key.about, allowed(key.rule));
    match (chosen, key.fallback) {
        (Some(value), _) => format!("{head}{} = {}\n", key.name, value.literal()),
        (None, Fallback::Value(text)) => {
            let default = check(key, &Raw::Text(text)).map(|value| value.literal());
            format!("{head}#{} = {}\n", key.name, default.unwrap_or_default())
        }
        (None, Fallback::InDataDir(name)) => {
            format!(
                "{head}# Default: {name} in the data directory.\n#{} =\n",
                key.name
            )
        }
        (None, Fallback::Nothing) => format!("{head}#{} =\n", key.name),
    }
}

/// Writes a file as a whole, mode 0600; what stood there before is replaced in one step.
///
/// # Errors
/// Whatever the file system says; nothing half-written is left.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".config-")
        .permissions(Permissions::from_mode(PRIVATE_MODE))
        .tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    std::fs::File::open(directory)?.sync_all()
}
