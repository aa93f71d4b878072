//! A real daemon: the binary, a folder, a socket; started and killed at will.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use firsthand::client::Address;

/// How long a daemon may take to answer.
const START_MAX: Duration = Duration::from_secs(30);

/// The binary under test.
pub fn firsthand() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firsthand"));
    for name in ["FIRSTHAND_SOCKET", "FIRSTHAND_TOKEN", "FIRSTHAND_TENANT"] {
        command.env_remove(name);
    }
    command
}

/// A daemon and its folder.
pub struct Daemon {
    folder: tempfile::TempDir,
    config: PathBuf,
    socket: PathBuf,
    child: Option<Child>,
}

impl Daemon {
    /// Starts a daemon with a configuration beyond sockets and journal.
    pub fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("s.sock");
        let config = folder.path().join("firsthand.toml");
        let text = format!(
            "[server]\nsocket = {socket:?}\ntcp = \"off\"\nhttp = \"off\"\ndrain = \"0s\"\n\
             [server.log]\nlevel = \"warn\"\n\
             [journal]\ndir = {:?}\nsegment_bytes = \"1 MiB\"\n{more}",
            folder.path().join("journal"),
        );
        std::fs::write(&config, text).expect("the configuration is written");
        let mut daemon = Self {
            folder,
            config,
            socket,
            child: None,
        };
        daemon.run();
        daemon
    }

    /// Starts the process, and waits until it answers.
    pub fn run(&mut self) {
        self.run_with(&[]);
    }

    /// Starts the process with more arguments.
    #[allow(dead_code, reason = "not every test needs it")]
    pub fn run_with(&mut self, arguments: &[&str]) {
        let child = firsthand()
            .arg("serve")
            .args(arguments)
            .arg("--config")
            .arg(&self.config)
            .stdout(Stdio::null())
            .spawn()
            .expect("the daemon starts");
        self.child = Some(child);
        let started = Instant::now();
        while std::os::unix::net::UnixStream::connect(&self.socket).is_err() {
            assert!(started.elapsed() < START_MAX, "the daemon does not answer");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
    }

    #[allow(dead_code, reason = "not every test needs it")]
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    #[allow(dead_code, reason = "not every test needs it")]
    pub fn address(&self) -> Address {
        Address::Unix(self.socket.clone())
    }

    #[allow(dead_code, reason = "not every test needs it")]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    #[allow(dead_code, reason = "not every test needs it")]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}
