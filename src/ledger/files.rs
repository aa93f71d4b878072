//! Where a tenant's ledger lies: its folder, and the numbered files in it.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::journal::storage::{FILE_MODE, make_private_folder};

/// The folder of all ledgers within that of the journal.
pub const FOLDER: &str = "ledger";

/// A file is followed by the next when it has come to this size.
pub const FILE_BYTES_MAX: u64 = 64 << 20;

/// The longest name of a tenant's folder.
const FOLDER_BYTES_MAX: usize = 200;

const BEFORE: &str = "ledger-";
const AFTER: &str = ".ndjson";

/// The file with a number.
pub fn file_name(number: u64) -> String {
    format!("{BEFORE}{number:08}{AFTER}")
}

fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    let all = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| digits.parse().ok()).flatten()
}

/// The numbers of the files in a folder, in order. A folder that is not there has none.
pub fn numbers(folder: &Path) -> io::Result<Vec<u64>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        numbers.extend(entry?.file_name().to_str().and_then(number_of));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The folder of a tenant's ledger within the journal's. A name that cannot be a folder's has
/// the bytes that stand in the way written as `%` and two digits.
pub fn folder_of(journal: &Path, tenant: &str) -> PathBuf {
    let mut name = String::with_capacity(tenant.len());
    for (at, letter) in tenant.char_indices() {
        if matches!(letter, '/' | '%' | '\\') || (letter == '.' && at == 0) {
            name.push_str(&format!("%{:02X}", u32::from(letter)));
        } else {
            name.push(letter);
        }
    }
    if name.len() > FOLDER_BYTES_MAX {
        name = blake3::hash(tenant.as_bytes()).to_hex().to_string();
    }
    journal.join(FOLDER).join(name)
}

/// How the ledger calls a journal: its identity in hexadecimal.
pub fn journal_name(uuid: &[u8; 16]) -> String {
    uuid.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The folders of ledgers to be found at a path: of one tenant, of all, or of a journal.
pub fn folders_at(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !numbers(path)?.is_empty() {
        return Ok(vec![path.to_owned()]);
    }
    let within = path.join(FOLDER);
    let all = if within.is_dir() {
        within
    } else {
        path.to_owned()
    };
    let mut folders = Vec::new();
    for entry in fs::read_dir(all)? {
        let folder = entry?.path();
        if folder.is_dir() && !numbers(&folder)?.is_empty() {
            folders.push(folder);
        }
    }
    folders.sort_unstable();
    Ok(folders)
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Copies the ledgers beside one journal to another, as far as they are written by now.
pub fn copy(from: &Path, to: &Path) -> io::Result<u64> {
    let mut copied = 0;
    if !from.join(FOLDER).is_dir() {
        return Ok(copied);
    }
    for folder in folders_at(&from.join(FOLDER))? {
        let target = to.join(FOLDER).join(folder.file_name().unwrap_or_default());
        make_private_folder(&target)?;
        for number in numbers(&folder)? {
            let name = file_name(number);
            fs::copy(folder.join(&name), target.join(&name))?;
            let copy = File::open(target.join(&name))?;
            copy.set_permissions(Permissions::from_mode(FILE_MODE))?;
            copy.sync_all()?;
            copied += 1;
        }
        sync_folder(&target)?;
    }
    Ok(copied)
}
