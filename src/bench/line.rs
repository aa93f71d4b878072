//! One connection under load: requests to be sent, under way, and answered.

use std::collections::VecDeque;
use std::io;
use std::time::Instant;

use super::socket::Socket;
use super::talk::Talk;

/// Bytes reserved for one read.
const READ_BYTES: usize = 64 << 10;

/// A connection and its talk.
#[derive(Debug)]
pub struct Line<T> {
    pub socket: Socket,
    pub talk: T,
    input: Vec<u8>,
    /// Bytes of `input` read and not yet parsed.
    filled: usize,
    output: Vec<u8>,
    sent: usize,
    /// From when the latency of each request under way counts, oldest first.
    under_way: VecDeque<Instant>,
    /// When requests were due that could not be sent yet, oldest first.
    pub due: VecDeque<Instant>,
    /// The system took less than there was to send.
    pub is_blocked: bool,
}

impl<T: Talk> Line<T> {
    pub fn new(socket: Socket, talk: T) -> Self {
        Self {
            socket,
            talk,
            input: vec![0; READ_BYTES],
            filled: 0,
            output: Vec::new(),
            sent: 0,
            under_way: VecDeque::new(),
            due: VecDeque::new(),
            is_blocked: false,
        }
    }

    pub fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// Queues one more request, whose latency counts from `since`.
    pub fn ask(&mut self, since: Instant) -> bool {
        let asked = self.talk.ask(&mut self.output);
        if asked {
            self.under_way.push_back(since);
        }
        asked
    }

    /// From when each unanswered request has waited: under way first, then due.
    pub fn unanswered(&self) -> impl Iterator<Item = Instant> + '_ {
        self.under_way.iter().chain(&self.due).copied()
    }

    /// Sends what the system takes.
    pub fn flush(&mut self) -> io::Result<()> {
        while self.sent < self.output.len() {
            match self.socket.write(&self.output[self.sent..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.is_blocked = true;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.is_blocked = false;
        self.output.clear();
        self.sent = 0;
        Ok(())
    }

    /// Reads once and passes to `answered` from when each answered request counted, and its
    /// refusal. `false` = the server has closed.
    pub fn read(&mut self, mut answered: impl FnMut(Instant, Option<String>)) -> io::Result<bool> {
        if self.filled == self.input.len() {
            self.input.resize(self.input.len() * 2, 0);
        }
        match self.socket.read(&mut self.input[self.filled..]) {
            Ok(0) => return Ok(false),
            Ok(read) => self.filled += read,
            Err(error) if is_passing(&error) => return Ok(true),
            Err(error) => return Err(error),
        }
        let mut taken = 0;
        while let Some(heard) = self.talk.hear(&self.input[taken..self.filled]) {
            taken += heard.bytes;
            let Some(since) = self.under_way.pop_front() else {
                return Err(io::Error::other("a reply to no request"));
            };
            answered(since, heard.refusal);
        }
        self.input.copy_within(taken..self.filled, 0);
        self.filled -= taken;
        Ok(true)
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
