//! The journal loses its lock, its folder, descriptors or memory.

use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;

use super::support::{Client, Daemon, Place, binary, until};

/// A second daemon on the same journal, with its own sockets.
fn second(place: &Place, dir: &Path) -> Child {
    let config = place.path("second.toml");
    let text = format!(
        "[server]\nsocket = {:?}\ntcp = \"off\"\nhttp = \"off\"\n[journal]\ndir = {:?}\n\
         segment_bytes = 1048576\n",
        place.path("second.sock").display().to_string(),
        dir.display().to_string(),
    );
    std::fs::write(&config, text).expect("a writable folder");
    binary()
        .args(["serve", "--config"])
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

/// The exit code of a process, and its output.
fn end(mut child: Child) -> (Option<i32>, String) {
    let mut errors = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut errors).expect("text");
    }
    (child.wait().expect("it ends").code(), errors)
}

fn is_refused(place: &Place, dir: &Path, daemon: &Daemon) {
    let (code, errors) = end(second(place, dir));
    assert_eq!(code, Some(74), "{errors}");
    assert!(errors.contains(&daemon.pid().to_string()), "{errors}");
}

fn submit(client: &mut Client, contact: &str) -> bool {
    let reply = client.try_ask("contact.submit", json!({"contact": contact}));
    reply.is_some_and(|reply| reply.get("result").is_some())
}

#[test]
fn a_second_daemon_is_refused_whatever_became_of_the_lock_file() {
    let place = Place::new("");
    let daemon = place.start();
    let lock = place.journal().join("LOCK");
    is_refused(&place, &place.journal(), &daemon);
    std::fs::remove_file(&lock).expect("it is there");
    is_refused(&place, &place.journal(), &daemon);
    std::fs::write(&lock, "").expect("a writable folder");
    is_refused(&place, &place.journal(), &daemon);
    // Also by another path to the same folder.
    symlink(place.journal(), place.path("link")).expect("a writable folder");
    std::fs::remove_file(&lock).expect("it is there");
    is_refused(&place, &place.path("link"), &daemon);
    let compact = binary()
        .args(["journal", "compact"])
        .arg(place.journal())
        .output()
        .expect("the binary runs");
    let errors = String::from_utf8_lossy(&compact.stderr);
    assert!(!compact.status.success());
    assert!(errors.contains(&daemon.pid().to_string()), "{errors}");
    daemon
        .unix()
        .call("contact.submit", json!({"contact": "c1"}));
    daemon.stop();
    place
        .start()
        .unix()
        .call("contact.get", json!({"contact": "c1"}));
}

#[test]
fn an_old_daemon_that_holds_only_the_lock_file_is_noticed() {
    let place = Place::new("");
    place.start().stop();
    let lock = std::fs::File::open(place.journal().join("LOCK")).expect("it is there");
    lock.try_lock().expect("nobody has it");
    let (code, errors) = end(second(&place, &place.journal()));
    assert_eq!(code, Some(74), "{errors}");
    assert!(errors.contains("is in use by process"), "{errors}");
    drop(lock);
    place.start().stop();
}

#[test]
fn no_restore_into_a_folder_in_use() {
    let place = Place::new("");
    let daemon = place.start();
    let (journal, backup) = (place.journal(), place.path("backup"));
    let tool = |name: &str, from: &Path, to: &Path| {
        binary()
            .args(["journal", name])
            .args([from, to])
            .output()
            .expect("the binary runs")
    };
    assert!(tool("backup", &journal, &backup).status.success());
    for entry in std::fs::read_dir(&journal).expect("a folder") {
        let path = entry.expect("an entry").path();
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.expect("it can be removed");
    }
    let restored = tool("restore", &backup, &journal);
    assert!(!restored.status.success());
    // The daemon cannot continue either: nobody would find what it writes.
    assert_eq!(daemon.wait().code(), Some(74));
    assert!(tool("restore", &backup, &journal).status.success());
    place.start().stop();
}

/// Changing the folder must end the daemon, and everything acknowledged until then must be found in
/// `left`, if anywhere.
fn displaced(take_away: impl FnOnce(&Place), left: Option<&str>) {
    let place = Place::new("");
    let daemon = place.start();
    let mut client = daemon.unix();
    assert!(submit(&mut client, "c0"));
    take_away(&place);
    let mut answered = vec!["c0".to_owned()];
    for n in 1..200 {
        let contact = format!("c{n}");
        if !submit(&mut client, &contact) {
            break;
        }
        answered.push(contact);
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(answered.len() < 200, "it goes on where nobody looks");
    assert_eq!(daemon.wait().code(), Some(74));
    let Some(left) = left else {
        return;
    };
    let journal = place.journal();
    match std::fs::symlink_metadata(&journal) {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(&journal).expect("removable"),
        Ok(_) => std::fs::remove_file(&journal).expect("removable"),
        Err(_) => {}
    }
    std::fs::rename(place.path(left), &journal).expect("it was moved there");
    let daemon = place.start();
    let mut client = daemon.unix();
    for contact in answered {
        client.call("contact.get", json!({"contact": contact}));
    }
}

#[test]
fn a_folder_that_is_moved_away_ends_the_daemon() {
    displaced(
        |place| std::fs::rename(place.journal(), place.path("away")).expect("it moves"),
        Some("away"),
    );
}

#[test]
fn a_folder_that_is_replaced_ends_the_daemon_and_stays_empty() {
    let empty = |place: &Place| {
        std::fs::rename(place.journal(), place.path("away")).expect("it moves");
        std::fs::create_dir(place.journal()).expect("a writable folder");
    };
    displaced(empty, Some("away"));
    let link = |place: &Place| {
        std::fs::rename(place.journal(), place.path("away")).expect("it moves");
        std::fs::create_dir(place.path("other")).expect("a writable folder");
        symlink(place.path("other"), place.journal()).expect("a writable folder");
    };
    displaced(link, Some("away"));
}

#[test]
fn a_folder_that_is_deleted_ends_the_daemon() {
    displaced(
        |place| std::fs::remove_dir_all(place.journal()).expect("it can be removed"),
        None,
    );
}

#[test]
fn an_idle_daemon_notices_too_that_its_folder_is_gone() {
    let place = Place::new("");
    let daemon = place.start();
    std::fs::rename(place.journal(), place.path("away")).expect("it moves");
    std::fs::create_dir(place.journal()).expect("a writable folder");
    assert_eq!(daemon.wait().code(), Some(74));
    let left = std::fs::read_dir(place.journal())
        .expect("a folder")
        .count();
    assert_eq!(
        left, 0,
        "something was written into a folder of somebody else"
    );
}

/// A daemon with a limit of open files, set by the shell.
fn with_files(place: &Place, files: u32) -> Child {
    let script = format!("ulimit -n {files}; exec \"$0\" serve --config \"$1\"");
    let shell = std::process::Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_firsthand")])
        .arg(place.config())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    shell.expect("a shell")
}

fn stop(mut child: Child) -> ExitStatus {
    let pid = Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it is there");
    let mut ended = None;
    until("the daemon ends", || {
        ended = child.try_wait().expect("a child");
        ended.is_some()
    });
    ended.expect("it has ended")
}

#[test]
fn strangers_cannot_take_the_journals_descriptors() {
    for files in [64, 256] {
        let place = Place::new("[server.limits]\nhandshake = \"1m\"\n");
        let taken = |_| {
            let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
            (socket.local_addr().expect("an address"), socket)
        };
        let [(tcp, one), (http, two)] = [0, 1].map(taken);
        let text = std::fs::read_to_string(place.config()).expect("a file");
        let text = text.replace("tcp = \"127.0.0.1:0\"", &format!("tcp = \"{tcp}\""));
        let text = text.replace("http = \"127.0.0.1:0\"", &format!("http = \"{http}\""));
        std::fs::write(place.config(), text).expect("a writable folder");
        drop((one, two));
        let child = with_files(&place, files);
        let socket = place.path("s.sock");
        until("the daemon listens", || {
            UnixStream::connect(&socket).is_ok()
        });
        let mut client = Client::unix(&socket);
        client.call("session.ping", json!({}));
        // More connections than there are descriptors, over every socket; none sends anything.
        let mut flood: (Vec<TcpStream>, Vec<UnixStream>) = Default::default();
        let mut acknowledged = Vec::new();
        for n in 0..1_000 {
            if n < 400 {
                flood.0.extend(TcpStream::connect(tcp));
                flood.0.extend(TcpStream::connect(http));
                flood.1.extend(UnixStream::connect(&socket));
            }
            let contact = format!("c{n}");
            assert!(submit(&mut client, &contact), "{files}: at {n}");
            acknowledged.push(contact);
        }
        drop(flood);
        until("there are places again", || {
            let mut late = Client::unix(&socket);
            let pong = late.try_ask("session.ping", json!({}));
            pong.is_some_and(|pong| pong.get("result").is_some())
        });
        assert_eq!(stop(child).code(), Some(0), "{files}");
        let daemon = place.start();
        let mut client = daemon.unix();
        for contact in acknowledged {
            client.call("contact.get", json!({"contact": contact}));
        }
    }
}

#[test]
fn too_few_files_are_refused_with_what_to_set() {
    let place = Place::new("");
    let (code, errors) = end(with_files(&place, 30));
    assert_eq!(code, Some(1), "{errors}");
    for word in ["30", "LimitNOFILE", "ulimit -n"] {
        assert!(errors.contains(word), "{errors}");
    }
    assert!(!place.journal().exists(), "a refused start writes nothing");
}

/// A daemon in hardly more memory than it needs to start.
fn in_little_memory(place: &Place) -> Child {
    for mebibytes in (128..2_048).step_by(16) {
        let limit = format!("ulimit -v {}", mebibytes << 10);
        let script = format!("{limit}; exec \"$0\" serve --config \"$1\"");
        let shell = std::process::Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_firsthand")])
            .arg(place.config())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut child = shell.expect("a shell");
        let (mut is_up, mut has_ended) = (false, false);
        until("the daemon listens or ends", || {
            is_up = UnixStream::connect(place.path("s.sock")).is_ok();
            has_ended = child.try_wait().expect("a child").is_some();
            is_up || has_ended
        });
        if is_up && !has_ended {
            return child;
        }
    }
    panic!("it does not start in 2 GiB");
}

#[test]
fn running_out_of_memory_loses_nothing_that_was_acknowledged() {
    let place = Place::new("");
    let mut child = in_little_memory(&place);
    let mut client = Client::unix(&place.path("s.sock"));
    let mut acknowledged = Vec::new();
    let long = "x".repeat(16_000);
    for n in 0..100_000 {
        let contact = format!("c{n}");
        let params = json!({"contact": contact, "attributes": {"note": long}});
        match client.try_ask("contact.submit", params) {
            Some(reply) if reply.get("result").is_some() => acknowledged.push(contact),
            Some(reply) => panic!("{reply}"),
            None => break,
        }
    }
    let mut status = None;
    until("it has died", || {
        status = child.try_wait().expect("a child");
        status.is_some()
    });
    assert_ne!(status.and_then(|status| status.code()), Some(0));
    let daemon = place.start();
    let mut client = daemon.unix();
    assert!(!acknowledged.is_empty());
    for contact in acknowledged {
        client.call("contact.get", json!({"contact": contact}));
    }
}

#[test]
fn folders_and_files_are_the_owners_alone() {
    let place = Place::new("[agents.ada]\n");
    let script = "umask 0; exec \"$0\" \"$@\"";
    let run = |arguments: &[&Path]| {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_firsthand")]);
        command.args(arguments).stdout(Stdio::null());
        command.spawn().expect("a shell")
    };
    let words = ["serve", "--config"].map(Path::new);
    let child = run(&[words[0], words[1], &place.config()]);
    let socket = place.path("s.sock");
    until("the daemon listens", || {
        UnixStream::connect(&socket).is_ok()
    });
    Client::unix(&socket).call("server.snapshot", json!({}));
    let backup = place.path("new/backup");
    let words = ["journal", "backup", "restore"].map(Path::new);
    let code = |mut child: Child| child.wait().expect("it ends").code();
    assert_eq!(
        code(run(&[words[0], words[1], &place.journal(), &backup])),
        Some(0)
    );
    let restored = place.path("restored");
    assert_eq!(
        code(run(&[words[0], words[2], &backup, &restored])),
        Some(0)
    );
    assert_eq!(stop(child).code(), Some(0));
    let mut folders = vec![place.journal(), place.path("new"), restored];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        let mode = |path: &Path| {
            let metadata = std::fs::metadata(path).expect("it is there");
            metadata.permissions().mode() & 0o7777
        };
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                files += 1;
            }
        }
    }
    assert!(files > 6, "{files}");
}

#[test]
fn a_journal_that_finds_no_descriptor_tries_again() {
    let place = Place::new("");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("session.ping", json!({}));
    let pid = Pid::from_raw(i32::try_from(daemon.pid()).expect("a pid"));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", daemon.pid()));
    let limits = limits.expect("it runs");
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let hard = line.and_then(|line| line.split_whitespace().nth(4)?.parse().ok());
    let files = move |soft| {
        let limit = Rlimit {
            current: Some(soft),
            maximum: hard,
        };
        prlimit(pid, Resource::Nofile, limit).expect("it is there");
    };
    files(4);
    // There are two segments; the third cannot be made until descriptors are free again.
    let relief = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(3));
        files(1_024);
    });
    let long = "x".repeat(8_000);
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for n in 0..1_000 {
        let contact = format!("c{n}");
        let params = json!({"contact": contact, "attributes": {"note": long}});
        let reply = client.ask("contact.submit", params);
        if reply.get("result").is_some() {
            acknowledged.push(contact);
        } else {
            assert_eq!(reply["error"]["data"]["kind"], "unavailable", "{reply}");
            refused += 1;
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
    relief.join().expect("the limit is raised");
    assert!(refused < 1_000);
    assert!(submit(&mut client, "late"));
    assert!(place.journal().join("0000000003.jrn").exists());
    drop(client);
    daemon.stop();
    let daemon = place.start();
    let mut client = daemon.unix();
    for contact in acknowledged {
        client.call("contact.get", json!({"contact": contact}));
    }
}

/// A folder that is there already keeps its mode, and a start says so.
#[test]
fn a_folder_that_is_open_to_others_is_told() {
    let place = Place::new("[agents.ada]\n");
    place.start().stop();
    let folders = [
        (place.journal(), "journal"),
        (place.journal().join("ledger"), "ledger"),
    ];
    for (folder, whose) in folders {
        let set = |mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&folder, mode).expect("our own folder");
        };
        set(0o755);
        let daemon = place.start();
        let told = format!(
            "may look into the {whose}'s folder: chmod 700 {}",
            folder.display()
        );
        until("it is told", || daemon.log().contains(&told));
        daemon.stop();
        set(0o700);
    }
}
