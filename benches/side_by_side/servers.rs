//! The measured processes: started fresh in a folder, killed when dropped.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use firsthand::bench::Usage;
use firsthand::client::Address;

/// How long a server may take to start.
const START_MAX: Duration = Duration::from_secs(600);

/// A server process with its own folder.
pub struct Server {
    child: Child,
    pub address: Address,
    folder: PathBuf,
    /// From the start of the process until it serves.
    pub started_in: Duration,
    /// Whether dropping it leaves the folder.
    is_kept: bool,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the ledger has been written, because a start would finish it first. It does not
    /// grow while the daemon looks up what to write, so the daemon must be idle.
    pub fn let_ledger_catch_up(&self) {
        const LOOK: Duration = Duration::from_secs(3);
        let ledger = self.folder.join("journal/ledger");
        loop {
            let (before, usage) = (bytes_in(&ledger), Usage::of(Some(self.pid())));
            std::thread::sleep(LOOK);
            let rests = usage.until_now().is_none_or(|cost| cost.seconds() < 0.1);
            if rests && bytes_in(&ledger) == before {
                return;
            }
        }
    }

    /// Kills it and keeps its folder.
    pub fn kill(mut self) -> PathBuf {
        self.is_kept = true;
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("it ends");
        self.folder.clone()
    }
}

/// The size of all files in a folder, in bytes.
fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).expect("a folder that is there");
    let entries = entries.map(|entry| entry.expect("readable"));
    let bytes = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes_in(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    });
    bytes.sum()
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !self.is_kept {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    listener.local_addr().expect("bound").port()
}

fn fresh(folder: &Path, name: &str) -> PathBuf {
    let place = folder.join(format!("{name}-{}-{}", std::process::id(), free_port()));
    std::fs::create_dir_all(&place).expect("a writable folder");
    std::fs::canonicalize(place).expect("it is there")
}

/// Whether Redis is installed.
pub fn has_redis() -> bool {
    Command::new("redis-server")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Redis on loopback, in memory only or with every write synced before its answer.
pub fn redis(folder: &Path, always: bool) -> Server {
    let place = fresh(folder, "redis");
    let port = free_port();
    let began = Instant::now();
    let child = Command::new("redis-server")
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ])
        .args(["--appendonly", if always { "yes" } else { "no" }])
        .args([
            "--appendfsync",
            "always",
            "--auto-aof-rewrite-percentage",
            "0",
        ])
        .arg("--dir")
        .arg(&place)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed");
    let host = format!("127.0.0.1:{port}");
    while TcpStream::connect(&host).is_err() {
        assert!(began.elapsed() < START_MAX, "redis-server does not come up");
        std::thread::sleep(Duration::from_millis(10));
    }
    Server {
        child,
        address: Address::Tcp(host),
        folder: place,
        started_in: began.elapsed(),
        is_kept: false,
    }
}

/// Our daemon on loopback, with a queue that nobody serves.
pub fn ours(folder: &Path, durability: &str) -> Server {
    let place = fresh(folder, "firsthand");
    let port = free_port();
    let config = format!(
        "[server]\nsocket = {:?}\ntcp = \"127.0.0.1:{port}\"\nhttp = \"off\"\ndrain = \"0s\"\n\
         [server.limits]\nconnections = 10100\n\
         [journal]\ndir = {:?}\ndurability = \"{durability}\"\n\
         snapshot_records = \"off\"\nsnapshot_every = \"off\"\n\
         [queues.nobody]\nrequires = {{ nobody = 1 }}\n",
        place.join("s.sock"),
        place.join("journal"),
    );
    std::fs::write(place.join("firsthand.toml"), config).expect("a writable folder");
    start(&place)
}

/// Our daemon on an existing folder.
pub fn start(place: &Path) -> Server {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_firsthand"))
        .args(["serve", "--config"])
        .arg(place.join("firsthand.toml"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the daemon starts");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut log = String::new();
    let host = loop {
        let mut line = String::new();
        let read = out.read_line(&mut line).expect("text");
        assert!(
            read > 0 && began.elapsed() < START_MAX,
            "it does not start:\n{log}"
        );
        log.push_str(&line);
        if let Some((_, rest)) = line.split_once("tcp=Some(") {
            break rest.split(')').next().unwrap_or_default().to_owned();
        }
    };
    let started_in = began.elapsed();
    // Keep reading, or the daemon would block on a full pipe.
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    Server {
        child,
        address: Address::Tcp(host),
        folder: place.to_owned(),
        started_in,
        is_kept: false,
    }
}

pub fn socket(server: &Server) -> Address {
    Address::Unix(server.folder.join("s.sock"))
}
