//! Where each client keeps its configuration, as a function of given values.

use std::path::{Path, PathBuf};

use super::Client;

/// The package that Claude Desktop's installer for Windows registers. A packaged program reads
/// a copy of its files that the system keeps for it, and never the usual place.
const CLAUDE_PACKAGE: &str = "Claude_pzs8sxrjxfjjc";

/// The kinds of systems that keep configuration in different places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    /// Linux and whatever follows its rules.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl System {
    /// The one that this program was built for.
    pub(crate) const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Linux
    };
}

/// The values that decide where configuration lies. Relative ones count as absent.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// Whose rules hold.
    pub(crate) system: System,
    /// The person's home directory.
    pub(crate) home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`.
    pub(crate) xdg_config_home: Option<PathBuf>,
    /// `APPDATA`.
    pub(crate) app_data: Option<PathBuf>,
    /// `LOCALAPPDATA`.
    pub(crate) local_app_data: Option<PathBuf>,
    /// `CLAUDE_CONFIG_DIR`, which moves Claude Code's file.
    pub(crate) claude_config_dir: Option<PathBuf>,
}

impl Client {
    /// The file that this client reads for its person, whether or not it exists; `None` for
    /// [`Client::Json`] and where no home directory is known. `is_dir` is asked whether the
    /// packaged Claude Desktop is installed.
    pub(crate) fn config_path(
        self,
        places: &Places,
        is_dir: impl Fn(&Path) -> bool,
    ) -> Option<PathBuf> {
        let home = absolute(&places.home);
        match self {
            Self::ClaudeDesktop => {
                let folder = packaged_claude(places, is_dir)
                    .or_else(|| Some(applications(places)?.join("Claude")))?;
                Some(folder.join("claude_desktop_config.json"))
            }
            Self::ClaudeCode => {
                let folder = absolute(&places.claude_config_dir).or(home)?;
                Some(folder.join(".claude.json"))
            }
            Self::Cursor => Some(home?.join(".cursor").join("mcp.json")),
            Self::Vscode => {
                let code = applications(places)?.join("Code");
                Some(code.join("User").join("mcp.json"))
            }
            Self::Json => None,
        }
    }
}

fn absolute(path: &Option<PathBuf>) -> Option<&Path> {
    path.as_deref().filter(|path| path.is_absolute())
}

/// Where desktop applications keep what a person sets.
fn applications(places: &Places) -> Option<PathBuf> {
    let home = absolute(&places.home);
    match places.system {
        System::Linux => absolute(&places.xdg_config_home)
            .map(Path::to_owned)
            .or_else(|| Some(home?.join(".config"))),
        System::MacOs => Some(home?.join("Library").join("Application Support")),
        System::Windows => absolute(&places.app_data)
            .map(Path::to_owned)
            .or_else(|| Some(home?.join("AppData").join("Roaming"))),
    }
}

fn packaged_claude(places: &Places, is_dir: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    if places.system != System::Windows {
        return None;
    }
    let local = absolute(&places.local_app_data)
        .map(Path::to_owned)
        .or_else(|| Some(absolute(&places.home)?.join("AppData").join("Local")))?;
    let package = local.join("Packages").join(CLAUDE_PACKAGE);
    is_dir(&package).then(|| package.join("LocalCache").join("Roaming").join("Claude"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENTS: [Client; 5] = [
        Client::ClaudeDesktop,
        Client::ClaudeCode,
        Client::Cursor,
        Client::Vscode,
        Client::Json,
    ];

    fn bare(system: System) -> Places {
        Places {
            system,
            home: Some("/home/kim".into()),
            xdg_config_home: None,
            app_data: None,
            local_app_data: None,
            claude_config_dir: None,
        }
    }

    fn paths(places: &Places, packaged: bool) -> [Option<String>; 5] {
        CLIENTS.map(|client| {
            let path = client.config_path(places, |_| packaged)?;
            Some(path.display().to_string())
        })
    }

    fn shown(paths: [&str; 4]) -> [Option<String>; 5] {
        let [desktop, code, cursor, vscode] = paths.map(|path| Some(path.to_owned()));
        [desktop, code, cursor, vscode, None]
    }

    #[test]
    fn each_system_has_its_own_places() {
        assert_eq!(
            paths(&bare(System::Linux), true),
            shown([
                "/home/kim/.config/Claude/claude_desktop_config.json",
                "/home/kim/.claude.json",
                "/home/kim/.cursor/mcp.json",
                "/home/kim/.config/Code/User/mcp.json",
            ])
        );
        assert_eq!(
            paths(&bare(System::MacOs), true),
            shown([
                "/home/kim/Library/Application Support/Claude/claude_desktop_config.json",
                "/home/kim/.claude.json",
                "/home/kim/.cursor/mcp.json",
                "/home/kim/Library/Application Support/Code/User/mcp.json",
            ])
        );
        assert_eq!(
            paths(&bare(System::Windows), false),
            shown([
                "/home/kim/AppData/Roaming/Claude/claude_desktop_config.json",
                "/home/kim/.claude.json",
                "/home/kim/.cursor/mcp.json",
                "/home/kim/AppData/Roaming/Code/User/mcp.json",
            ])
        );
    }

    #[test]
    fn the_environment_moves_them_and_what_is_relative_does_not() {
        let mut places = bare(System::Linux);
        places.xdg_config_home = Some("/cfg".into());
        places.claude_config_dir = Some("/claude".into());
        places.app_data = Some("/roaming".into());
        let moved = shown([
            "/cfg/Claude/claude_desktop_config.json",
            "/claude/.claude.json",
            "/home/kim/.cursor/mcp.json",
            "/cfg/Code/User/mcp.json",
        ]);
        assert_eq!(paths(&places, true), moved);
        places.system = System::Windows;
        let [desktop, _, _, vscode, _] = paths(&places, false);
        assert_eq!(
            desktop.as_deref(),
            Some("/roaming/Claude/claude_desktop_config.json")
        );
        assert_eq!(vscode.as_deref(), Some("/roaming/Code/User/mcp.json"));

        let mut places = bare(System::Linux);
        places.xdg_config_home = Some("cfg".into());
        places.claude_config_dir = Some("claude".into());
        assert_eq!(paths(&places, true), paths(&bare(System::Linux), true));
    }

    #[test]
    fn the_packaged_claude_desktop_reads_its_own_copy() {
        let places = bare(System::Windows);
        let asked = std::cell::RefCell::new(Vec::new());
        let path = Client::ClaudeDesktop.config_path(&places, |path| {
            asked.borrow_mut().push(path.display().to_string());
            true
        });
        let package = "/home/kim/AppData/Local/Packages/Claude_pzs8sxrjxfjjc";
        assert_eq!(asked.into_inner(), [package]);
        let file = "LocalCache/Roaming/Claude/claude_desktop_config.json";
        assert_eq!(path, Some(Path::new(package).join(file)));
    }

    #[test]
    fn without_a_home_there_is_no_place() {
        let places = Places {
            home: None,
            ..bare(System::Linux)
        };
        assert_eq!(paths(&places, true), [const { None }; 5]);
    }
}
