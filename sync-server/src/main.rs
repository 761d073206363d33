//! The street server's program; everything is in the library.

fn main() -> std::process::ExitCode {
    sync_server::cli::run()
}
