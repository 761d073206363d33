//! `health`: asks the running server, for scripts and supervisors.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::{Stop, say};
use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(5);

/// Asks `/healthz` of the address in the settings.
pub(super) fn ask(config: &Config) -> Result<(), Stop> {
    let answer = answer(reachable(config.listen)).map_err(|error| {
        Stop::new(
            "unreachable",
            "服务器没有应答",
            &format!("the server does not answer: {}", error.kind()),
        )
    })?;
    if answer.starts_with("HTTP/1.1 200") {
        if answer.contains(r#""status":"read_only""#) {
            return Err(Stop::new(
                "read_only",
                "数据库被恢复成旧备份而未声明，街道已停止写入；请停止服务后运行 sync-server restore --in-place",
                "the database was restored and nobody said so, a street takes nothing; stop the server and run \
                 sync-server restore --in-place",
            ));
        }
        say("ok");
        return Ok(());
    }
    let status = answer.lines().next().unwrap_or_default();
    Err(Stop::new(
        "unhealthy",
        "服务器不正常",
        &format!("the server is not well: {status}"),
    ))
}

/// A server that listens everywhere is asked on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), listen.port())
    } else {
        listen
    }
}

fn answer(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
