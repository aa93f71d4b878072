//! A daemon in a temporary folder, and clients for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A folder with a configuration and a journal, for one daemon after another.
pub struct Place {
    dir: TempDir,
}

impl Place {
    pub fn new(config: &str) -> Self {
        let place = Self {
            dir: tempfile::tempdir().expect("a temporary folder"),
        };
        place.configure(config);
        place
    }

    /// A place whose journal keeps events so long.
    pub fn keeping_events(time: &str) -> Self {
        let place = Self::new("");
        // The section of the journal is the last.
        let config = std::fs::read_to_string(place.config()).expect("a configuration");
        let config = format!("{config}keep_events = \"{time}\"\n");
        std::fs::write(place.config(), config).expect("a writable folder");
        place
    }

    /// Writes the configuration: sockets and journal in the folder, then `config`, whose first
    /// lines belong to `[server]` unless they begin with a table.
    pub fn configure(&self, config: &str) {
        let path = |name: &str| self.path(name).display().to_string();
        let text = format!(
            "[server]\nsocket = {:?}\ntcp = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\ndrain = \"0s\"\n\
             {config}\n[journal]\ndir = {:?}\nsegment_bytes = 1048576\n",
            path("s.sock"),
            path("journal"),
        );
        std::fs::write(self.config(), text).expect("a writable folder");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.path("firsthand.toml")
    }

    pub fn journal(&self) -> PathBuf {
        self.path("journal")
    }

    /// Starts a daemon and waits until it serves.
    pub fn start(&self) -> Daemon {
        self.start_with(&[])
    }

    /// The same with more arguments.
    pub fn start_with(&self, arguments: &[&str]) -> Daemon {
        let mut child = self.spawn_with(arguments);
        let out = child.stdout.take().expect("its output is a pipe");
        let mut log = BufReader::new(out);
        let mut text = String::new();
        let (tcp, http) = loop {
            let mut line = String::new();
            if log.read_line(&mut line).expect("readable output") == 0 {
                let mut errors = String::new();
                let mut stderr = child.stderr.take().expect("its errors are a pipe");
                stderr.read_to_string(&mut errors).expect("text");
                panic!("the daemon did not start:\n{text}\n{errors}");
            }
            text.push_str(&line);
            if line.contains(" serving ") {
                break (address(&line, "tcp=Some("), address(&line, "http=Some("));
            }
        };
        // Keep reading, or the daemon would block on a full pipe.
        let told = Arc::new(Mutex::new(text));
        let heard = Arc::clone(&told);
        std::thread::spawn(move || {
            let mut line = String::new();
            while log.read_line(&mut line).is_ok_and(|read| read > 0) {
                heard.lock().expect("nobody panics").push_str(&line);
                line.clear();
            }
        });
        Daemon {
            child,
            told,
            socket: self.path("s.sock"),
            tcp: tcp.expect("the address of TCP"),
            http: http.expect("the address of HTTP"),
        }
    }

    /// Runs `serve` without waiting for it.
    pub fn spawn(&self) -> Child {
        self.spawn_with(&[])
    }

    fn spawn_with(&self, arguments: &[&str]) -> Child {
        binary()
            .args(["serve", "--config"])
            .arg(self.config())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs")
    }

    /// `journal verify` must pass.
    pub fn verify(&self) {
        let done = binary()
            .args(["journal", "verify"])
            .arg(self.journal())
            .output()
            .expect("the binary runs");
        let text = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{text}");
    }
}

pub fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_firsthand"))
}

fn address(line: &str, before: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once(before)?;
    rest.split_once(')')?.0.parse().ok()
}

/// A running daemon. Dropping it kills it.
pub struct Daemon {
    child: Child,
    told: Arc<Mutex<String>>,
    pub socket: PathBuf,
    pub tcp: SocketAddr,
    pub http: SocketAddr,
}

impl Daemon {
    /// Its log so far.
    pub fn log(&self) -> String {
        self.told.lock().expect("nobody panics").clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A client on the Unix socket.
    pub fn unix(&self) -> Client {
        Client::unix(&self.socket)
    }

    /// A client on the TCP socket.
    pub fn tcp(&self) -> Client {
        let stream = TcpStream::connect(self.tcp).expect("the daemon listens");
        let reader = stream.try_clone().expect("a second handle");
        reader.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Client::new(Box::new(reader), Box::new(stream))
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.pid()).expect("a pid");
        let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
        rustix::process::kill_process(pid, signal).expect("the daemon is there");
    }

    /// Makes every write to a file fail from now on, like a broken disk.
    pub fn break_the_disk(&self) {
        use rustix::process::{Resource, Rlimit, prlimit};
        let pid = i32::try_from(self.pid()).expect("a pid");
        let nothing = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let pid = rustix::process::Pid::from_raw(pid);
        prlimit(pid, Resource::Fsize, nothing).expect("the daemon is there");
    }

    /// Kills it without warning, like a power switch.
    pub fn kill(mut self) {
        self.child.kill().expect("the daemon is there");
        self.child.wait().expect("it ends");
    }

    /// Waits for its end.
    pub fn wait(mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(Instant::now() < until, "the daemon does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Stops it and expects a clean exit.
    pub fn stop(self) {
        self.signal(rustix::process::Signal::TERM);
        assert_eq!(self.wait().code(), Some(0));
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended long before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that speaks lines of JSON-RPC.
pub struct Client {
    reader: BufReader<Box<dyn Read + Send>>,
    pub writer: Box<dyn Write + Send>,
    next_id: u64,
    /// Events received while waiting for a reply.
    pub events: Vec<Value>,
}

impl Client {
    /// A client on a Unix socket.
    pub fn unix(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).expect("the daemon listens");
        let reader = stream.try_clone().expect("a second handle");
        reader.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self::new(Box::new(reader), Box::new(stream))
    }

    fn new(reader: Box<dyn Read + Send>, writer: Box<dyn Write + Send>) -> Self {
        Self {
            reader: BufReader::new(reader),
            writer,
            next_id: 0,
            events: Vec::new(),
        }
    }

    /// Sends a request and waits for its reply.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).expect("a reply")
    }

    /// As `ask`; `None` if the connection ends first, or is refused as a whole, for which there is
    /// an answer without an id.
    pub fn try_ask(&mut self, method: &str, params: Value) -> Option<Value> {
        let id = self.send(method, params)?;
        let reply = self.try_reply()?;
        if reply["id"].is_null() {
            return None;
        }
        assert_eq!(reply["id"], id, "replies come in the order of the requests");
        Some(reply)
    }

    /// The result of a request that must not be refused.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        let mut reply = self.ask(method, params);
        assert!(reply.get("error").is_none(), "{method}: {reply}");
        reply["result"].take()
    }

    /// The kind of refusal of a request that must be refused.
    pub fn refused(&mut self, method: &str, params: Value) -> String {
        let reply = self.ask(method, params);
        let kind = &reply["error"]["data"]["kind"];
        kind.as_str()
            .unwrap_or_else(|| panic!("{method}: {reply}"))
            .to_owned()
    }

    /// Sends a request without waiting for the reply.
    pub fn send(&mut self, method: &str, params: Value) -> Option<u64> {
        self.next_id += 1;
        let request =
            json!({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params});
        self.line(&request.to_string())?;
        Some(self.next_id)
    }

    pub fn line(&mut self, line: &str) -> Option<()> {
        self.writer.write_all(format!("{line}\n").as_bytes()).ok()
    }

    pub fn reply(&mut self) -> Value {
        self.try_reply().expect("a reply")
    }

    pub fn try_reply(&mut self) -> Option<Value> {
        loop {
            let message = self.read()?;
            if message["method"] == "event" {
                self.events.push(message);
            } else {
                return Some(message);
            }
        }
    }

    /// The params of the next event.
    pub fn event(&mut self) -> Value {
        if !self.events.is_empty() {
            return self.events.remove(0)["params"].take();
        }
        let mut message = self.read().expect("an event");
        assert_eq!(message["method"], "event", "{message}");
        message["params"].take()
    }

    /// The params of the next event; `None` if the connection ends first.
    pub fn try_event(&mut self) -> Option<Value> {
        if !self.events.is_empty() {
            return Some(self.events.remove(0)["params"].take());
        }
        Some(self.read()?["params"].take())
    }

    /// Whether the daemon has closed the connection.
    pub fn is_closed(&mut self) -> bool {
        self.read().is_none()
    }

    fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            // A line cut off by the end of the daemon is no message.
            Ok(_) => serde_json::from_str(&line).ok(),
        }
    }
}

/// An HTTP request: returns the status and the body.
pub fn http(address: SocketAddr, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("the daemon listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let host = if head.to_ascii_lowercase().contains("\nhost:") {
        String::new()
    } else {
        format!("host: {address}\r\n")
    };
    let request = format!(
        "{head}\r\n{host}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("it listens");
    let mut answer = String::new();
    // A refusal may come before the whole request was read, and then the connection is reset.
    let _ = stream.read_to_string(&mut answer);
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status.unwrap_or(0), body.to_owned())
}

/// Waits until a condition holds.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The value of a metric with exactly these labels.
pub fn metric(text: &str, series: &str) -> Option<f64> {
    text.lines()
        .find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

/// The state of a contact as a client sees it.
pub fn contact(client: &mut Client, contact: &str) -> Value {
    client.call("contact.get", json!({"contact": contact}))
}

pub fn exists(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}
