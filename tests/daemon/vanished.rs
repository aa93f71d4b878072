//! Peers whose host disappears without closing: the link is cut between two network namespaces.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::support::{Place, binary, http, metric, until};

const TOKEN: &str = "secret-of-the-platform";

fn token() -> String {
    let hash: String = Sha256::digest(TOKEN)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("[[tokens]]\nname = \"pbx\"\nsha256 = \"{hash}\"\nrole = \"platform\"\n")
}

fn ip(arguments: &str) -> bool {
    let done = Command::new("ip").args(arguments.split(' ')).output();
    done.expect("ip is installed (Debian: iproute2)")
        .status
        .success()
}

/// Two network namespaces with a cable between them.
struct Cable {
    daemons: String,
    platforms: String,
}

impl Cable {
    /// `None` = this process may not make network namespaces.
    fn lay(name: &str) -> Option<Self> {
        let cable = Self {
            daemons: format!("fh-{name}-d-{}", std::process::id()),
            platforms: format!("fh-{name}-p-{}", std::process::id()),
        };
        let (here, there) = (&cable.daemons, &cable.platforms);
        if !ip(&format!("netns add {here}")) {
            return None;
        }
        for step in [
            format!("netns add {there}"),
            format!("link add fh0 netns {here} type veth peer name fh1 netns {there}"),
            format!("-n {here} address add 192.0.2.1/24 dev fh0"),
            format!("-n {there} address add 192.0.2.2/24 dev fh1"),
            format!("-n {here} link set fh0 up"),
            format!("-n {here} link set lo up"),
            format!("-n {there} link set fh1 up"),
        ] {
            assert!(ip(&step), "ip {step}");
        }
        Some(cable)
    }

    fn cut(&self) {
        assert!(ip(&format!("-n {} link set fh1 down", self.platforms)));
    }

    fn run(network: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", network, program]);
        command
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        // Removes what is left of it.
        ip(&format!("netns del {}", self.daemons));
        ip(&format!("netns del {}", self.platforms));
    }
}

/// A process, killed when dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A platform in the other network.
struct Platform {
    _process: Process,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Platform {
    fn new(cable: &Cable, port: u16) -> Self {
        let mut child = Cable::run(&cable.platforms, "socat")
            .args(["-", &format!("TCP:192.0.2.1:{port}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("socat is installed");
        Self {
            to: child.stdin.take().expect("a pipe"),
            from: BufReader::new(child.stdout.take().expect("a pipe")),
            _process: Process(child),
        }
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        writeln!(self.to, "{request}").expect("it reads");
        let mut line = String::new();
        self.from.read_line(&mut line).expect("a reply");
        let mut reply: Value = serde_json::from_str(&line).expect("JSON");
        assert!(reply["error"].is_null(), "{reply}");
        reply["result"].take()
    }

    /// Upgrades to a WebSocket; its output is not read from then on.
    fn upgrade(&mut self) {
        let head = format!(
            "GET /ws HTTP/1.1\r\nhost: 192.0.2.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
             authorization: Bearer {TOKEN}\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.to.write_all(head.as_bytes()).expect("it reads");
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            let read = self.from.read_line(&mut line).expect("a head");
            assert!(read > 0, "the connection ends");
        }
    }

    fn frame(&mut self, method: &str, params: &Value) {
        let text = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let text = text.to_string();
        let mut frame = vec![0x81, 0x80 | 126];
        frame.extend_from_slice(&(text.len() as u16).to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        self.to.write_all(&frame).expect("it reads");
        let mut head = [0; 2];
        self.from.read_exact(&mut head).expect("an answer");
    }
}

/// The answer over the Unix socket, which does not use the network.
fn ask(place: &Place, method: &str, params: &[&str]) -> Value {
    let done = binary()
        .args(["ctl", "--json", "--socket"])
        .arg(place.path("s.sock"))
        .arg(method)
        .args(params)
        .output()
        .expect("the binary runs");
    serde_json::from_slice(&done.stdout).unwrap_or(Value::Null)
}

/// A conversation whose platform vanishes ends by its lease, and the agent is free.
fn vanishes(name: &str, over_http: bool, something_under_way: bool) {
    let Some(cable) = Cable::lay(name) else {
        eprintln!("no network may be made here: only the socket options are looked at");
        return;
    };
    let place = Place::new("");
    let config = format!(
        "[server]\nsocket = {:?}\ntcp = \"192.0.2.1:7878\"\nhttp = \"192.0.2.1:9878\"\n\
         [server.limits]\npeer_gone = \"3s\"\nstall = \"3s\"\n\
         [tenant]\nlease = \"1s\"\n[agents.ada]\n{}[journal]\ndir = {:?}\nsegment_bytes = 1048576\n",
        place.path("s.sock").display().to_string(),
        token(),
        place.journal().display().to_string(),
    );
    std::fs::write(place.config(), config).expect("a writable folder");
    let _daemon = Process(
        Cable::run(&cable.daemons, env!("CARGO_BIN_EXE_firsthand"))
            .args(["serve", "--config"])
            .arg(place.config())
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary runs"),
    );
    until("the daemon serves", || {
        ask(&place, "session.ping", &[])["ok"] == true
    });
    ask(
        &place,
        "agent.presence",
        &["agent=ada", "presence=available"],
    );
    let open = json!({"client": "pbx", "token": TOKEN, "events": something_under_way});
    let submit = json!({"contact": "c1"});
    let mut platform = Platform::new(&cable, if over_http { 9878 } else { 7878 });
    if over_http {
        platform.upgrade();
        platform.frame("session.open", &open);
        platform.frame("contact.submit", &submit);
    } else {
        platform.ask("session.open", &open);
        // Events may come between, so nothing more is read here.
        let submit =
            json!({"jsonrpc": "2.0", "id": 2, "method": "contact.submit", "params": submit});
        writeln!(platform.to, "{submit}").expect("it reads");
    }
    let is_offered = || ask(&place, "contact.get", &["contact=c1"])["state"] == "offered";
    until("the contact is offered", is_offered);
    ask(&place, "offer.accept", &["contact=c1", "agent=ada"]);
    assert_eq!(ask(&place, "agent.get", &["agent=ada"])["state"], "busy");
    cable.cut();
    if something_under_way {
        ask(&place, "contact.submit", &["contact=c2"]);
    }
    until("the agent is free", || {
        let contact = ask(&place, "contact.get", &["contact=c1"]);
        contact["outcome"] == "dropped"
            && ask(&place, "agent.get", &["agent=ada"])["state"] != "busy"
    });
}

#[test]
fn a_vanished_platforms_conversation_ends_with_its_lease() {
    vanishes("tcp", false, false);
}

#[test]
fn also_while_data_to_it_is_unacknowledged() {
    vanishes("way", false, true);
}

#[test]
fn also_over_a_websocket() {
    vanishes("ws", true, false);
}

/// Every accepted socket has its timer, and the time can be set.
#[test]
fn accepted_sockets_detect_a_dead_host() {
    let place = Place::new("[server.limits]\npeer_gone = \"1h\"\n");
    let daemon = place.start();
    let mut line = daemon.tcp();
    line.call("session.ping", json!({}));
    let (_, text) = http(daemon.http, "GET /metrics HTTP/1.1", "");
    assert!(metric(&text, "firsthand_connections").is_some());
    let request = std::net::TcpStream::connect(daemon.http).expect("it listens");
    std::thread::sleep(Duration::from_millis(50));
    for port in [daemon.tcp.port(), daemon.http.port()] {
        let done = Command::new("ss")
            .args([
                "-tnoH",
                "state",
                "established",
                &format!("( sport = :{port} )"),
            ])
            .output()
            .expect("ss is installed (Debian: iproute2)");
        let told = String::from_utf8_lossy(&done.stdout);
        assert!(
            told.contains("timer:(keepalive,29min") || told.contains("timer:(keepalive,30min"),
            "{told}"
        );
    }
    drop(request);
}
