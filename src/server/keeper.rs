//! The ledgers of all tenants, and their shared status.
//!
//! `ledger` brings them up to date; `opening` decides where they continue.

use std::collections::BTreeMap;
use std::path::PathBuf;

use parking_lot::Mutex;

use crate::journal::JournalUuid;
use crate::ledger::{LedgerError, Place, files};
use crate::router::ids::Name;

use super::tenant_ledger::TenantLedger;

/// The ledgers of all tenants.
pub struct Keeper {
    pub(super) dir: PathBuf,
    pub(super) journal: String,
    pub(super) accepts_break: bool,
    pub(super) ledgers: Mutex<Ledgers>,
    /// Never held during I/O.
    pub(super) status: Mutex<Status>,
}

#[derive(Default)]
pub(super) struct Ledgers {
    pub by_tenant: BTreeMap<Name, TenantLedger>,
    /// For a ledger that could not be written: how far it is on the disk.
    pub places: BTreeMap<Name, Place>,
}

/// Shared status.
#[derive(Default)]
pub(super) struct Status {
    /// Why a ledger is not written.
    pub stopped: Option<LedgerError>,
    /// The last event examined; for a ledger that cannot be written, the last on the disk.
    pub seen: BTreeMap<Name, u64>,
    /// Records written by each ledger's present and earlier writers.
    pub records: u64,
}

impl Keeper {
    /// Ledgers in the folder of the journal they follow.
    pub fn new(dir: PathBuf, uuid: &JournalUuid, accepts_break: bool) -> Self {
        Self {
            dir,
            journal: files::journal_name(uuid),
            accepts_break,
            ledgers: Mutex::default(),
            status: Mutex::default(),
        }
    }

    /// Records written since the start.
    pub fn records(&self) -> u64 {
        self.status.lock().records
    }

    /// Why a ledger is not written at present.
    pub fn stopped(&self) -> Option<LedgerError> {
        self.status.lock().stopped.clone()
    }

    /// Keeps the result, and logs it if it has changed.
    pub(super) fn tell(&self, done: Result<(), LedgerError>) -> Result<(), LedgerError> {
        let mut status = self.status.lock();
        match &done {
            Ok(()) => {
                if status.stopped.take().is_some() {
                    tracing::info!("the ledger is written again");
                }
            }
            Err(error) => {
                if status.stopped.is_none() {
                    tracing::error!(
                        %error,
                        is_tried_again = error.may_pass(),
                        "the ledger cannot be written; no snapshot is taken and the journal keeps \
                         everything until then"
                    );
                }
                status.stopped = Some(error.clone());
            }
        }
        done
    }
}
