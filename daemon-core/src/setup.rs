//! Makes and opens a data directory's secrets and database: `init` and `run` share it.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use crate::audit::GENESIS_HASH;
use crate::audit::anchor::{Anchor, Head};
use crate::clock::SharedClock;
use crate::config::write_private;
use crate::core::{Core, CoreParts, Policy};
use crate::db::Db;
use crate::entropy::Entropy;
use crate::lease::DaemonId;
use crate::token::secret::MasterKey;
use crate::token::{repo as key_repo, service as keys};

/// The file with the daemon's id in the data directory; no secret.
const DAEMON_ID_FILE_NAME: &str = "daemon.id";
const DAEMON_ID_CHARS: usize = 32;

/// Why a data directory could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// There is no master key.
    #[error("{} does not exist: this data directory has not been set up; run `waiaas init`", .0.display())]
    NoMasterKey(PathBuf),
    /// There is a database that another master key has sealed.
    #[error("{} is missing, and the database beside it was made with it: restore the key from where you keep it, or move the database away to begin anew", .0.display())]
    LostMasterKey(PathBuf),
    /// It is not what `init` writes.
    #[error("{} is not a master key: expected 64 hexadecimal digits; restore it from where you keep it", .0.display())]
    BadMasterKey(PathBuf),
    /// Others could read it.
    #[error("{} can be read by others (mode {mode:04o}); mend it with: chmod 600 {}", .path.display(), .path.display())]
    OpenMasterKey {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// An I/O error.
    #[error("{} cannot be {what}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Read or written.
        what: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The schema could not be brought up to date.
    #[error("the database could not be prepared")]
    Migration(#[from] waiaas_migration::MigrationError),
    /// The database could not be opened.
    #[error("the database could not be opened")]
    Database(#[from] sea_orm::DbErr),
    /// Its content does not fit.
    #[error("the data directory could not be opened")]
    Content(#[from] crate::error::Error),
}

/// Where things stand.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The database file.
    pub database: PathBuf,
    /// `master.key`; its folder holds the audit anchor too.
    pub master_key: PathBuf,
}

/// What [`initialise`] found and made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialised {
    /// Whether the master key is new.
    pub master_key_created: bool,
    /// Whether the database file is new.
    pub database_created: bool,
    /// Whether the first signing key was made.
    pub signing_key_created: bool,
}

/// Makes what is missing: master key, audit anchor, database, first signing key. What exists
/// is left as it is.
///
/// # Errors
/// [`SetupError`]; what was made before stays and is used by the next try.
pub async fn initialise(
    paths: &Paths,
    clock: &SharedClock,
    entropy: &Entropy,
) -> Result<Initialised, SetupError> {
    let master_key_created = !paths.master_key.exists();
    if master_key_created && paths.database.exists() {
        return Err(SetupError::LostMasterKey(paths.master_key.clone()));
    }
    if master_key_created {
        let master = MasterKey::new(entropy.bytes());
        write_new(
            &paths.master_key,
            master.to_text().expose_secret().as_bytes(),
        )?;
    }
    let master = read_master_key(&paths.master_key)?;
    let database_created = !paths.database.exists();
    let anchor_path = Anchor::path_beside(&paths.master_key);
    if database_created && !anchor_path.exists() {
        let head = Head {
            seq: 0,
            hash: GENESIS_HASH.to_owned(),
            sync: true,
        };
        Anchor::new(anchor_path.clone())
            .reset(&head)
            .map_err(|source| SetupError::Io {
                path: anchor_path.clone(),
                what: "written",
                source,
            })?;
    }
    waiaas_migration::migrate(&paths.database).await?;
    let db = Db::open(&paths.database, Anchor::new(anchor_path)).await?;
    let signing_key_created = key_repo::list(db.read()).await?.is_empty();
    if signing_key_created {
        let tx = db.begin_write().await?;
        keys::create_current(&*tx, &master, entropy, clock.now_s()).await?;
        tx.commit().await?;
    }
    db.close().await;
    Ok(Initialised {
        master_key_created,
        database_created,
        signing_key_created,
    })
}

/// Opens a data directory: brings the schema up to date, loads the keyring, compares the
/// database with its anchor.
///
/// # Errors
/// [`SetupError`].
pub async fn open(
    paths: &Paths,
    policy: Policy,
    clock: SharedClock,
    entropy: Entropy,
) -> Result<Core, SetupError> {
    let master_key = read_master_key(&paths.master_key)?;
    waiaas_migration::migrate(&paths.database).await?;
    let anchor = Anchor::new(Anchor::path_beside(&paths.master_key));
    let db = Db::open(&paths.database, anchor).await?;
    let keyring = keys::load(db.read(), &master_key).await?;
    let data_dir = paths.data_dir.clone();
    let daemon_id = daemon_id(&data_dir, &entropy);
    let core = Core::new(CoreParts {
        db,
        clock,
        entropy,
        policy,
        data_dir,
        master_key,
        keyring,
        daemon_id,
    });
    crate::system::service::freeze_if_restored(&core).await?;
    Ok(core)
}

/// A new id for this process, and that of the process before it, which the data directory has
/// kept. Where it cannot be kept, the next process only waits a little longer to take over.
fn daemon_id(data_dir: &Path, entropy: &Entropy) -> DaemonId {
    let path = data_dir.join(DAEMON_ID_FILE_NAME);
    let is_id = |text: &String| {
        text.len() == DAEMON_ID_CHARS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let former = std::fs::read_to_string(&path).ok().filter(is_id);
    let own = entropy.hex::<16>();
    if let Err(cause) = write_private(&path, &own) {
        tracing::warn!(%cause, file = %path.display(), "the daemon's id is not kept");
    }
    DaemonId { own, former }
}

/// Reads `master.key`.
///
/// # Errors
/// [`SetupError`] when it is missing, open to others or not a key.
pub fn read_master_key(path: &Path) -> Result<MasterKey, SetupError> {
    let io = |source: io::Error| SetupError::Io {
        path: path.to_path_buf(),
        what: "read",
        source,
    };
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            return Err(SetupError::NoMasterKey(path.to_path_buf()));
        }
        Err(cause) => return Err(io(cause)),
    };
    refuse_open_mode(path, &meta)?;
    let text = secrecy::SecretString::from(std::fs::read_to_string(path).map_err(io)?);
    MasterKey::from_text(text.expose_secret())
        .ok_or_else(|| SetupError::BadMasterKey(path.to_path_buf()))
}

#[cfg(unix)]
fn refuse_open_mode(path: &Path, meta: &std::fs::Metadata) -> Result<(), SetupError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = meta.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(SetupError::OpenMasterKey {
            path: path.to_path_buf(),
            mode,
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_open_mode(_: &Path, _: &std::fs::Metadata) -> Result<(), SetupError> {
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), SetupError> {
    let io = |source| SetupError::Io {
        path: path.to_path_buf(),
        what: "written",
        source,
    };
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    // Named temporary files are made 0600.
    let mut file = tempfile::Builder::new()
        .prefix(".master.")
        .tempfile_in(folder)
        .map_err(io)?;
    file.write_all(bytes).map_err(io)?;
    file.as_file().sync_all().map_err(io)?;
    file.persist_noclobber(path)
        .map_err(|cause| io(cause.error))?;
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io)
}
