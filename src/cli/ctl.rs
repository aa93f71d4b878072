//! `ctl`: one call from the shell, a prompt, or the stream of events.
//!
//! Results go to standard output, errors to standard error with exit code 1. Nothing is retried.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Done, Failure, USAGE, block_on};
use crate::client::{
    self, Address, Arrived, ClientError, Completer, Connection, Event, Link, Ordered, Who,
};
use crate::printable::printable_lines;
use crate::wire::method::METHODS;

/// Number of past events that `ctl events` shows by default.
const EVENTS_SHOWN: u64 = 20;

/// Calls the methods of a running daemon.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  firsthand ctl agent.set agent=bob skills.billing=7 skills.zh=10
  firsthand ctl agent.presence bob available
  firsthand ctl contact.submit c1 customer=tel:+8613800138000 requires.billing=5
  firsthand ctl queue.set billing retry.busy_ms=5000 max_wait_ms=off
  firsthand ctl contact.explain c1 --json
  firsthand ctl events --follow --types contact.offered,contact.connected
  firsthand ctl                     a prompt with completion

A value is JSON where the method wants JSON, else text; a word without = is the next required
parameter; a dot leads into an object.")]
pub struct Ctl {
    /// A method such as agent.list, or `events`; none for a prompt.
    pub method: Option<String>,
    /// key=value …
    pub arguments: Vec<String>,
    #[command(flatten)]
    pub to: Daemon,
    /// One line of JSON a result or event, as the daemon sent it.
    #[arg(long, global = true)]
    pub json: bool,
    /// With `events`: goes on as they happen, also across a restart of the daemon.
    #[arg(long)]
    pub follow: bool,
    /// With `events`: from the one after this number on (0 = all there are).
    #[arg(long, value_name = "SEQ")]
    pub after: Option<u64>,
    /// With `events`: only these types, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "TYPE,…")]
    pub types: Vec<String>,
}

/// Which daemon, and as whom.
#[derive(Args, Debug, Clone)]
pub struct Daemon {
    /// The daemon's control socket: a path or host:port.
    #[arg(long, env = "FIRSTHAND_SOCKET", default_value_t, value_name = "SOCKET")]
    pub socket: Address,
    /// The token, where the daemon asks for one.
    #[arg(
        long,
        env = "FIRSTHAND_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub token: Option<String>,
    /// The organisation, where the token does not say it.
    #[arg(long, env = "FIRSTHAND_TENANT", value_name = "NAME")]
    pub tenant: Option<String>,
}

impl Daemon {
    /// The session that this command opens.
    pub fn who(&self, client: &str) -> Who {
        Who {
            client: client.to_owned(),
            token: self.token.clone(),
            tenant: self.tenant.clone(),
            lines: true,
        }
    }
}

impl Ctl {
    pub fn run(self) -> Done {
        // Wrong arguments are a usage error and need no daemon.
        if let Some(method) = self.method.as_deref().filter(|method| *method != "events") {
            client::params(method, &self.arguments).map_err(|error| Failure::new(USAGE, error))?;
        }
        block_on(self.act())??;
        Ok(0)
    }

    async fn act(&self) -> anyhow::Result<()> {
        match self.method.as_deref() {
            None => self.prompt().await,
            Some("events") => self.events().await,
            Some(method) => {
                let params = client::params(method, &self.arguments)?;
                let mut connection = self.open().await?;
                self.call(&mut connection, method, &params).await
            }
        }
    }

    /// Connects, and opens a session if the daemon needs one.
    async fn open(&self) -> Result<Connection, ClientError> {
        let mut connection = Connection::open(&self.to.socket).await?;
        if self.to.token.is_some() || self.to.tenant.is_some() {
            let who = self.to.who("ctl").without_lines();
            connection.call("session.open", &who.params()).await?;
        }
        Ok(connection)
    }

    async fn call<P: Serialize + ?Sized>(
        &self,
        connection: &mut Connection,
        method: &str,
        params: &P,
    ) -> anyhow::Result<()> {
        match connection.call(method, params).await {
            Ok(result) => self.show(method, &result),
            Err(ClientError::Refused(refusal)) => {
                let mut message = refusal.to_string();
                if let Some(expected) = refusal.text("expected")
                    && !refusal.message.contains(expected)
                {
                    message.push_str(&format!("\nright would be: {expected}"));
                }
                bail!(message)
            }
            Err(other) => Err(other.into()),
        }
    }

    fn show(&self, method: &str, result: &RawValue) -> anyhow::Result<()> {
        // The document of `rpc.discover` is for programs and fits no table.
        if self.json || method == "rpc.discover" {
            return print(result.get());
        }
        let value: Ordered = serde_json::from_str(result.get()).context("the result is no JSON")?;
        print(&client::human(&value))
    }

    /// `ctl events`.
    async fn events(&self) -> anyhow::Result<()> {
        if let Some(argument) = self.arguments.first() {
            bail!("\"{argument}\" says nothing here: events takes --follow, --after and --types");
        }
        let mut link = Link::open(
            self.to.socket.clone(),
            self.to.who("ctl").without_lines(),
            None,
        )
        .await?;
        let last = link.seq();
        let after = match self.after {
            Some(after) => after,
            None if self.follow => last,
            None => last.saturating_sub(EVENTS_SHOWN),
        };
        if after != last {
            let who = self.to.who("ctl").without_lines();
            link = Link::open(self.to.socket.clone(), who, Some(after)).await?;
        }
        while self.follow || link.seq() < last {
            match link.next().await? {
                Arrived::Event(event) => self.show_event(&event)?,
                Arrived::Lost(error) if self.follow => eprintln!("{error}; coming back"),
                Arrived::Lost(error) => return Err(error.into()),
                Arrived::Restored { .. } => eprintln!("back, going on after {}", link.seq()),
                Arrived::Reply(_) => {}
            }
        }
        Ok(())
    }

    fn show_event(&self, event: &Event) -> anyhow::Result<()> {
        if !self.types.is_empty() && !self.types.contains(&event.kind) {
            return Ok(());
        }
        if self.json {
            print(event.params.get())
        } else {
            print(&client::telling(event))
        }
    }

    /// Calls a method for each line until the end of the input. Input from a pipe continues after
    /// an error, and the command fails at its end.
    async fn prompt(&self) -> anyhow::Result<()> {
        let mut connection = self.open().await?;
        if !std::io::stdin().is_terminal() {
            return self.lines(&mut connection).await;
        }
        eprintln!(
            "{}: Tab completes, help lists, quit or Ctrl-D ends",
            self.to.socket
        );
        let config = rustyline::Config::builder()
            .completion_type(rustyline::CompletionType::List)
            .auto_add_history(true)
            .build();
        let mut editor: rustyline::Editor<Completer, FileHistory> =
            rustyline::Editor::with_config(config)?;
        editor.set_helper(Some(Completer));
        let history = history();
        if let Some(history) = &history {
            // The first prompt has no history to load.
            let _ = editor.load_history(history);
        }
        loop {
            match editor.readline("firsthand> ") {
                Ok(line) if line.trim() == "quit" => break,
                Ok(line) => {
                    if let Err(error) = self.line(&mut connection, &line).await {
                        eprintln!("error: {}", printable_lines(&format!("{error:#}")));
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => break,
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(history) = history {
            editor
                .save_history(&history)
                .context("the history cannot be kept")?;
        }
        Ok(())
    }

    async fn lines(&self, connection: &mut Connection) -> anyhow::Result<()> {
        let (mut failed, mut count) = (0, 0);
        for line in std::io::stdin().lock().lines() {
            count += 1;
            if let Err(error) = self.line(connection, &line?).await {
                let error = format!("{error:#}");
                eprintln!("error: line {count}: {}", printable_lines(&error));
                failed += 1;
            }
        }
        if failed > 0 {
            bail!("{failed} of {count} lines failed");
        }
        Ok(())
    }

    /// One line of the prompt.
    async fn line(&self, connection: &mut Connection, line: &str) -> anyhow::Result<()> {
        let mut words = split(line)?.into_iter();
        match words.next().as_deref() {
            None => Ok(()),
            Some(comment) if comment.starts_with('#') => Ok(()),
            Some("help") => help(words.next().as_deref()),
            Some("events") => bail!("events are followed from the shell: ctl events --follow"),
            Some(method) => {
                let params = client::params(method, &words.collect::<Vec<_>>())?;
                let called = self.call(connection, method, &params).await;
                let broken = called.as_ref().err().and_then(|error| error.downcast_ref());
                if broken.is_some_and(ClientError::is_of_the_connection) {
                    // It is unknown whether the call was carried out, so it is not repeated.
                    *connection = self.open().await?;
                }
                called
            }
        }
    }
}

/// Splits a line at its spaces; quotes and braces group, a backslash does not escape.
fn split(line: &str) -> anyhow::Result<Vec<String>> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let (mut quote, mut depth) = (None, 0_i32);
    for c in line.trim().chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            _ => {}
        }
        if quote.is_none() && depth == 0 && c.is_whitespace() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else if c != '\'' {
            word.push(c);
        }
    }
    if quote.is_some() || depth != 0 {
        bail!("a quote or bracket is not closed");
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

/// Every method, or one with its params.
fn help(about: Option<&str>) -> anyhow::Result<()> {
    let Some(name) = about else {
        let lines = METHODS
            .iter()
            .map(|method| format!("{:<18} {}", method.name, method.summary));
        return print(&lines.collect::<Vec<_>>().join("\n"));
    };
    let method = METHODS.iter().find(|method| method.name == name);
    let method = method.with_context(|| format!("there is no method \"{name}\""))?;
    let mut text = format!("{}\nanswers {}", method.summary, method.answers);
    for param in method.params.all {
        let mark = if param.required { "" } else { "?" };
        text.push_str(&format!(
            "\n  {:<18} {}",
            format!("{}{mark}", param.name),
            param.about
        ));
    }
    print(&text)
}

/// The prompt's history file.
fn history() -> Option<PathBuf> {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    };
    let state = from("XDG_STATE_HOME").or_else(|| Some(from("HOME")?.join(".local/state")))?;
    let folder = state.join("firsthand");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}

/// Prints a line. A reader that has gone, such as `head`, ends the output without an error.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", printable_lines(text)).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other.context("cannot write"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_as_in_a_shell() {
        let words = |line| split(line).expect("a line");
        assert_eq!(words("  agent.get   bob "), ["agent.get", "bob"]);
        assert_eq!(words("a b='x y' c=\"x y\""), ["a", "b=x y", "c=\"x y\""]);
        assert_eq!(
            words("a b={\"c\": [1, 2]} d"),
            ["a", "b={\"c\": [1, 2]}", "d"]
        );
        assert!(split("a b={").is_err());
        assert!(split("a 'b").is_err());
        assert!(words("").is_empty());
    }
}
