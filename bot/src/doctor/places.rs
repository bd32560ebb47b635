//! Where the files are that the checks look at: as configured, or in the data directory when
//! the configuration cannot be read.

use std::fs;
use std::path::{Path, PathBuf};

use waiaas_daemon_core::audit::anchor::Anchor;
use waiaas_daemon_core::config::{CONFIG_FILE_NAME, DATABASE_FILE_NAME, MASTER_KEY_FILE_NAME};

use super::Machine;
use crate::app::ADMIN_SOCKET;

/// The files of one data directory; none need exist.
pub(super) struct Places {
    pub(super) data_dir: PathBuf,
    pub(super) config: PathBuf,
    pub(super) master_key: PathBuf,
    pub(super) anchor: PathBuf,
    pub(super) database: PathBuf,
    pub(super) admin_socket: PathBuf,
    pub(super) bot_token: Option<PathBuf>,
}

impl Places {
    pub(super) fn of(machine: &Machine<'_>) -> Self {
        let data_dir = machine.data_dir.clone();
        let config = machine.config.as_ref().ok();
        let master_key = config.map_or_else(
            || data_dir.join(MASTER_KEY_FILE_NAME),
            |config| config.security.master_key_file.clone(),
        );
        let database = config.map_or_else(
            || data_dir.join(DATABASE_FILE_NAME),
            |config| config.database.path.clone(),
        );
        let telegram = config.and_then(|config| config.telegram.as_ref());
        Self {
            config: data_dir.join(CONFIG_FILE_NAME),
            anchor: Anchor::path_beside(&master_key),
            admin_socket: data_dir.join(ADMIN_SOCKET),
            bot_token: telegram.and_then(|telegram| telegram.bot_token_file.clone()),
            master_key,
            database,
            data_dir,
        }
    }

    /// Whether `init` has ever been here.
    pub(super) fn is_set_up(&self) -> bool {
        [&self.config, &self.master_key, &self.database]
            .into_iter()
            .any(|path| exists(path))
    }

    /// What SQLite puts beside the real file, wherever a link leads, and the schema's lock
    /// beside the name.
    pub(super) fn beside_database(&self) -> [PathBuf; 4] {
        let real = fs::canonicalize(&self.database).unwrap_or_else(|_| self.database.clone());
        let beside = |path: &Path, end: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        [
            beside(&real, "-wal"),
            beside(&real, "-shm"),
            beside(&real, "-journal"),
            beside(&self.database, ".migrate.lock"),
        ]
    }
}

/// Also true for a link that leads nowhere.
pub(super) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
