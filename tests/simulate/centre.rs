//! Small centres in memory, and their simulations.

use std::cell::RefCell;
use std::io::{Cursor, Write};
use std::rc::Rc;

use firsthand::config::Config;
use firsthand::simulate::{SimulateError, Summary, run_on};
use firsthand::table::Table;
use firsthand::trace::{AGENT_COLUMNS, ARRIVAL_COLUMNS, Roster};

/// The three files of a simulation.
#[derive(Clone, Debug, Default)]
pub struct Centre {
    pub config: String,
    pub agents: String,
    pub arrivals: String,
}

/// A writer whose bytes can be read later.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Centre {
    /// The rows of `--out` and the summary.
    pub fn run(&self) -> (String, Summary) {
        self.try_run().expect("a right centre")
    }

    pub fn try_run(&self) -> Result<(String, Summary), SimulateError> {
        let parsed = Config::parse("centre.toml", self.config.clone());
        let (config, _) = parsed.unwrap_or_else(|faults| panic!("{faults}\n{}", self.config));
        let table = |name: &str, text: &str, columns| {
            Table::read(name, Cursor::new(text.to_owned().into_bytes()), columns)
        };
        let agents = table("agents.csv", &self.agents, AGENT_COLUMNS)?;
        let roster = Roster::of_table(agents, Some(&config.tenant))?;
        let arrivals = table("arrivals.csv", &self.arrivals, ARRIVAL_COLUMNS)?;
        let out = Shared::default();
        let report = run_on(&config, arrivals, &roster, Some(Box::new(out.clone())), 7)?;
        let rows = String::from_utf8(out.0.borrow().clone()).expect("rows are text");
        assert!(report.summary.littles_law.error < 0.005, "Little's law");
        Ok((rows, report.summary))
    }
}
