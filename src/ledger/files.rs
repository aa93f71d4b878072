//! The files of a tenant's ledger: its folder, and the numbered files in it.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::journal::storage::{FILE_MODE, make_private_folder};

/// The folder of all ledgers, within the journal's folder.
pub const FOLDER: &str = "ledger";

/// Size in bytes after which the next file is begun.
pub const FILE_BYTES_MAX: u64 = 64 << 20;

/// Bytes of the longest name of a tenant's folder.
const FOLDER_BYTES_MAX: usize = 200;

const BEFORE: &str = "ledger-";
const AFTER: &str = ".ndjson";

/// The name of a file by its number.
pub fn file_name(number: u64) -> String {
    format!("{BEFORE}{number:08}{AFTER}")
}

fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    let all = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| digits.parse().ok()).flatten()
}

/// The numbers of the files in a folder, in order; none if there is no such folder.
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

/// The folder of a tenant's ledger within the journal's. Bytes that a folder's name cannot have are
/// written as `%` and two digits.
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
    all_in(journal).join(name)
}

/// The folder of all ledgers within the journal's.
pub fn all_in(journal: &Path) -> PathBuf {
    journal.join(FOLDER)
}

/// The name of a journal in the ledger: its identity in hexadecimal.
pub fn journal_name(uuid: &[u8; 16]) -> String {
    uuid.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The ledger folders at a path, which is one tenant's, the folder of all, or a journal's.
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

/// Syncs a folder, so that the names in it are durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Copies the ledgers of one journal to another, as far as they are written.
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
