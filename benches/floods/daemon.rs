//! A daemon for the benchmark, and a simple client.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Timeout of every wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// A daemon in a temporary folder.
pub struct Daemon {
    child: Child,
    dir: TempDir,
    pub tcp: SocketAddr,
    pub http: SocketAddr,
}

impl Daemon {
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| dir.path().join(name).display().to_string();
        let config = format!(
            "[server]\nsocket = {:?}\ntcp = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n\
             [server.limits]\nconnections = 1000\n[journal]\ndir = {:?}\n",
            path("s.sock"),
            path("journal")
        );
        std::fs::write(path("config.toml"), config).expect("a writable folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_firsthand"))
            .args(["serve", "--config", &path("config.toml")])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut log = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        while !line.contains(" serving ") {
            line.clear();
            let read = log.read_line(&mut line).expect("text");
            assert!(read > 0, "the daemon did not start");
        }
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let address = |before: &str| -> SocketAddr {
            let (_, rest) = line.split_once(before).expect("an address");
            let (address, _) = rest.split_once(')').expect("its end");
            address.parse().expect("an address")
        };
        let (tcp, http) = (address("tcp=Some("), address("http=Some("));
        Self {
            child,
            dir,
            tcp,
            http,
        }
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("s.sock")
    }

    /// Fills the centre with available agents and with contacts that nobody can take.
    pub fn fill(&self, agents: usize, contacts: usize) {
        let mut client = Client::tcp(self.tcp);
        for n in 0..agents {
            client.call(
                "agent.set",
                &format!(
                    "{{\"agent\":\"agent-{n:04}\",\"name\":\"Agent number {n}\",\"team\":\"one\",\
                     \"skills\":{{\"billing\":7,\"zh\":10,\"en\":{}}}}}",
                    n % 10 + 1
                ),
            );
            let available = format!("{{\"agent\":\"agent-{n:04}\",\"presence\":\"available\"}}");
            client.call("agent.presence", &available);
        }
        for n in 0..contacts {
            client.call(
                "contact.submit",
                &format!(
                    "{{\"contact\":\"waits-{n}\",\"customer\":\"account:{n}\",\
                     \"requires\":{{\"nobody-has-this\":1}}}}"
                ),
            );
            let case = format!("{{\"case\":\"case-{n}\",\"customer\":\"account:{n}\"}}");
            client.call("case.open", &case);
        }
    }

    /// Its peak memory, in bytes.
    pub fn most_memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) << 10
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client with one request at a time.
pub struct Client {
    reader: BufReader<TcpStream>,
    line: String,
}

impl Client {
    pub fn tcp(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("an option");
        Self {
            reader: BufReader::new(stream),
            line: String::new(),
        }
    }

    pub fn call(&mut self, method: &str, params: &str) {
        let request = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{params}}}\n"
        );
        self.reader
            .get_mut()
            .write_all(request.as_bytes())
            .expect("it reads");
        self.line.clear();
        let read = self.reader.read_line(&mut self.line).expect("an answer");
        assert!(
            read > 0 && self.line.contains("\"result\""),
            "{}",
            self.line
        );
    }
}
