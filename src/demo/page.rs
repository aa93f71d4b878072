//! The demo's output: lines with or without colour, the banner, the summary.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::Path;

use crate::client::duration;
use crate::figures::Fate;
use crate::printable::printable_coloured;
use crate::replay::{Account, Summary};

/// Standard output; no colour without a terminal or with NO_COLOR.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    colour: bool,
}

impl Page {
    pub fn stdout() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colour: std::io::stdout().is_terminal() && !plain,
        }
    }

    /// Writes a line. An error means that nobody reads any more.
    pub fn line(self, text: &str) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", printable_coloured(text))?;
        out.flush()
    }

    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub fn cyan(self, text: &str) -> String {
        self.paint("36", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The banner.
pub fn banner(page: Page, socket: &Path, http: Option<SocketAddr>, customers: usize) -> String {
    let program = std::env::args()
        .next()
        .unwrap_or_else(|| "firsthand".to_owned());
    let ctl = format!("{program} ctl --socket {}", socket.display());
    let metrics = http.map(|http| format!("\n  metrics   http://{http}/metrics"));
    format!(
        "{title}\n\n  socket    {socket}{metrics}\n\n  try from another terminal:\n    \
         {ctl} agent.list\n    {ctl} owner.get customer='Li Hua'\n    \
         {ctl} events --follow --types case.owned,case.assisted,case.escalated\n\n  \
         Ctrl-C ends it and shows what it came to\n",
        title = page.bold(&format!(
            "firsthand demo: 12 agents, 3 queues, {customers} customers who come back"
        )),
        socket = socket.display(),
        metrics = metrics.unwrap_or_default(),
    )
}

/// The summary at the end.
pub fn closing(page: Page, summary: &Summary, contacts: &[Account]) -> String {
    let all = &summary.all;
    let percent = |share: Option<f64>| match share {
        Some(share) => format!("{:.0} %", share * 100.0),
        None => "–".to_owned(),
    };
    let wait = |ms: Option<f64>| ms.map_or_else(|| "–".to_owned(), |ms| duration(ms as i64));
    let by_route = |route: &str| {
        let served = contacts
            .iter()
            .filter(|account| account.outcome == Some(Fate::Served));
        let stood_in = served.filter(|account| account.repeat && !account.hit);
        stood_in
            .filter(|account| account.route.as_deref() == Some(route))
            .count()
    };
    format!(
        "\n{title}\n  contacts       {} in all: {} served, {} hung up, {} sent on to voicemail or \
         callback, {} still waiting\n  waits          {} on average, {} at most; {} answered \
         within the target\n  continuity     {} of {} repeat contacts reached the owner of their \
         matter\n                 a blind choice among those on duty would have come to {}\n  \
         stand-ins      {} deputy, {} leader, {} team, {} others; every matter stayed with its \
         owner\n  agents         {} of their time in conversation",
        all.ends.contacts,
        all.ends.served,
        all.ends.abandoned,
        all.ends.overflowed + all.ends.timeout,
        all.ends.unserved,
        wait(all.wait_ms.mean),
        wait(all.wait_ms.max.map(|ms| ms as f64)),
        percent(all.service_level),
        page.green(&percent(all.continuity)),
        all.repeat_contacts,
        percent(summary.continuity_by_chance),
        by_route("deputy"),
        by_route("leader"),
        by_route("team"),
        by_route("skill"),
        percent(summary.occupancy),
        title = page.bold("What it came to"),
    )
}
