//! What is printed, and to which stream.

use std::process::{Command, Stdio};

#[test]
fn a_reader_that_stops_is_not_an_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_firsthand"))
        .args(["staff", "--calls-per-hour", "200", "--aht", "3m"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let done = child.wait_with_output().expect("it ends");
    let error = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{error}");
    assert!(error.is_empty(), "{error}");
}
