//! Opens the listening sockets, and removes the Unix socket's file.

use std::io;
use std::net::{SocketAddr, TcpListener as StdTcpListener};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener as StdUnixListener, UnixStream as StdUnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::{TcpListener, UnixListener};

use crate::config::{Config, Limits};

use super::error::ServerError;

/// The file of a listening Unix socket. Dropping it removes the file unless it was replaced.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    inode: u64,
}

impl SocketFile {
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = std::fs::symlink_metadata(&self.path)
            .is_ok_and(|metadata| metadata.ino() == self.inode);
        if is_ours {
            // The next start finds a file left behind to be stale.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Listens on a Unix socket.
///
/// The socket is made under a temporary name, gets its permissions and is then renamed, so no
/// client finds it half made. A stale file is replaced; a socket that answers is not.
pub fn unix(path: &Path, mode: u32) -> Result<(UnixListener, SocketFile), ServerError> {
    let failed = |cause| ServerError::Listen {
        place: path.display().to_string(),
        cause,
    };
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            return Err(ServerError::NotASocket {
                path: path.to_owned(),
            });
        }
        Ok(_) if StdUnixStream::connect(path).is_ok() => {
            return Err(ServerError::SocketInUse {
                path: path.to_owned(),
            });
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let unfinished = PathBuf::from(name);
    let listener = make(&unfinished, path, mode).map_err(|error| {
        // The temporary file is of no use any more.
        let _ = std::fs::remove_file(&unfinished);
        failed(error)
    })?;
    let inode = std::fs::symlink_metadata(path).map_err(failed)?.ino();
    let file = SocketFile {
        path: path.to_owned(),
        inode,
    };
    let listener = UnixListener::from_std(listener).map_err(failed)?;
    Ok((listener, file))
}

fn make(unfinished: &Path, path: &Path, mode: u32) -> io::Result<StdUnixListener> {
    match std::fs::remove_file(unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    // The umask belongs to the process, so it is changed for this one call only, before any other
    // task creates files.
    let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
    let bound = StdUnixListener::bind(unfinished);
    rustix::process::umask(before);
    let listener = bound?;
    listener.set_nonblocking(true)?;
    std::fs::set_permissions(unfinished, std::fs::Permissions::from_mode(mode))?;
    std::fs::rename(unfinished, path)?;
    Ok(listener)
}

/// Refuses addresses beyond loopback unless tokens are configured.
pub fn check(config: &Config) -> Result<(), ServerError> {
    let server = &config.server;
    let addresses = [("server.tcp", server.tcp), ("server.http", server.http)];
    for (key, address) in addresses {
        if let Some(address) = address
            && !address.ip().is_loopback()
            && config.tokens.is_empty()
        {
            return Err(ServerError::OpenToTheNetwork { key, address });
        }
    }
    Ok(())
}

/// Listens on a TCP address. Accepted connections detect a dead host.
pub fn tcp(address: SocketAddr, limits: &Limits) -> Result<TcpListener, ServerError> {
    let failed = |cause| ServerError::Listen {
        place: address.to_string(),
        cause,
    };
    // The standard library sets SO_REUSEADDR here, so a restart need not wait for old connections.
    let listener = StdTcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    watch_peers(&listener, limits).map_err(failed)?;
    TcpListener::from_std(listener).map_err(failed)
}

/// Probes of a silent peer. The first comes after half of the time, the others share the rest.
const PROBES: u32 = 5;

/// Makes the kernel detect a peer's host that is gone; accepted connections inherit this from the
/// listening socket. An idle connection is probed; unacknowledged data times out. That timeout also
/// hits a peer that takes nothing, which may do so for `stall`: so the longer of the two.
fn watch_peers(listener: &StdTcpListener, limits: &Limits) -> io::Result<()> {
    let second = Duration::from_secs(1);
    let gone = super::clock::millis(limits.peer_gone_ms);
    let unconfirmed = gone.max(super::clock::millis(limits.stall_ms));
    let unconfirmed = u32::try_from(unconfirmed.as_millis()).unwrap_or(u32::MAX);
    sockopt::set_socket_keepalive(listener, true)?;
    // The kernel counts in whole seconds.
    sockopt::set_tcp_keepidle(listener, (gone / 2).max(second))?;
    sockopt::set_tcp_keepintvl(listener, (gone / (2 * PROBES)).max(second))?;
    sockopt::set_tcp_keepcnt(listener, PROBES)?;
    sockopt::set_tcp_user_timeout(listener, unconfirmed)?;
    Ok(())
}
